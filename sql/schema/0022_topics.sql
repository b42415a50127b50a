-- What: the accepted messages of the topics beside retail_events, in two layers: speed rows as they
-- arrive, batch rows loaded from the lake. A time that the message did not state is 1970-01-01.
-- Grain: one row per accepted message; its identity is (log_partition, log_offset) in its topic.
-- Engine, order, partitions, deduplication, retention: as 0004_events.sql says.

-- What: lines of receipts that belong to a basket, from the topic sales-transactions.
create table if not exists retail_core.sales_transactions_speed
(
    epoch UInt32,
    flush_id UInt64,
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    event_time DateTime64(3, 'UTC'),
    business_date Date,
    hour_start DateTime('UTC'),
    store_id UInt32,
    product_id String,
    category LowCardinality(String),
    transaction_type Enum8('SALE' = 1, 'RETURN' = 2, 'RESTOCK' = 3),
    quantity Decimal(12, 3),
    unit_price Decimal(14, 4),
    revenue Decimal(38, 7),
    event_id UUID,
    register_id String,
    customer_id String,
    basket_id String,
    promotion_id String,
    unit_cost Nullable(Decimal(14, 4)),
    discount Nullable(Decimal(14, 4))
)
engine = MergeTree
partition by epoch
order by (store_id, event_time, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    old_parts_lifetime = 60,
    min_parts_to_merge_at_once = 16,
    auto_statistics_types = '';

create table if not exists retail_core.sales_transactions_batch
(
    generation UInt32,
    epoch UInt32,
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    event_time DateTime64(3, 'UTC'),
    business_date Date,
    hour_start DateTime('UTC'),
    store_id UInt32,
    product_id String,
    category LowCardinality(String),
    transaction_type Enum8('SALE' = 1, 'RETURN' = 2, 'RESTOCK' = 3),
    quantity Decimal(12, 3),
    unit_price Decimal(14, 4),
    revenue Decimal(38, 7),
    event_id UUID,
    register_id String,
    customer_id String,
    basket_id String,
    promotion_id String,
    unit_cost Nullable(Decimal(14, 4)),
    discount Nullable(Decimal(14, 4))
)
engine = MergeTree
partition by (generation, epoch)
order by (store_id, event_time, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- What: counts, corrections, waste and reservations, from the topic inventory-updates.
create table if not exists retail_core.inventory_updates_speed
(
    epoch UInt32,
    flush_id UInt64,
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    event_time DateTime64(3, 'UTC'),
    business_date Date,
    store_id UInt32,
    product_id String,
    update_type LowCardinality(String),
    quantity Decimal(12, 3),
    event_id UUID,
    reference String,
    reason String
)
engine = MergeTree
partition by epoch
order by (store_id, event_time, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    old_parts_lifetime = 60,
    min_parts_to_merge_at_once = 16,
    auto_statistics_types = '';

create table if not exists retail_core.inventory_updates_batch
(
    generation UInt32,
    epoch UInt32,
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    event_time DateTime64(3, 'UTC'),
    business_date Date,
    store_id UInt32,
    product_id String,
    update_type LowCardinality(String),
    quantity Decimal(12, 3),
    event_id UUID,
    reference String,
    reason String
)
engine = MergeTree
partition by (generation, epoch)
order by (store_id, event_time, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- What: prices and from when they hold, from the topic price-changes.
create table if not exists retail_core.price_changes_speed
(
    epoch UInt32,
    flush_id UInt64,
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    event_time DateTime64(3, 'UTC'),
    business_date Date,
    store_id UInt32,
    product_id String,
    price_type LowCardinality(String),
    unit_price Decimal(14, 4),
    effective_from DateTime64(3, 'UTC'),
    effective_until DateTime64(3, 'UTC'),
    event_id UUID,
    promotion_id String
)
engine = MergeTree
partition by epoch
order by (store_id, event_time, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    old_parts_lifetime = 60,
    min_parts_to_merge_at_once = 16,
    auto_statistics_types = '';

create table if not exists retail_core.price_changes_batch
(
    generation UInt32,
    epoch UInt32,
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    event_time DateTime64(3, 'UTC'),
    business_date Date,
    store_id UInt32,
    product_id String,
    price_type LowCardinality(String),
    unit_price Decimal(14, 4),
    effective_from DateTime64(3, 'UTC'),
    effective_until DateTime64(3, 'UTC'),
    event_id UUID,
    promotion_id String
)
engine = MergeTree
partition by (generation, epoch)
order by (store_id, event_time, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- What: people at the door, scans and baskets, from the topic customer-events.
create table if not exists retail_core.customer_events_speed
(
    epoch UInt32,
    flush_id UInt64,
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    event_time DateTime64(3, 'UTC'),
    business_date Date,
    store_id UInt32,
    event_type LowCardinality(String),
    quantity Decimal(12, 3),
    event_id UUID,
    product_id String,
    register_id String,
    customer_id String,
    basket_id String
)
engine = MergeTree
partition by epoch
order by (store_id, event_time, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    old_parts_lifetime = 60,
    min_parts_to_merge_at_once = 16,
    auto_statistics_types = '';

create table if not exists retail_core.customer_events_batch
(
    generation UInt32,
    epoch UInt32,
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    event_time DateTime64(3, 'UTC'),
    business_date Date,
    store_id UInt32,
    event_type LowCardinality(String),
    quantity Decimal(12, 3),
    event_id UUID,
    product_id String,
    register_id String,
    customer_id String,
    basket_id String
)
engine = MergeTree
partition by (generation, epoch)
order by (store_id, event_time, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- What: deliveries announced, arrived and cut short, from the topic supplier-shipments.
create table if not exists retail_core.supplier_shipments_speed
(
    epoch UInt32,
    flush_id UInt64,
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    event_time DateTime64(3, 'UTC'),
    business_date Date,
    store_id UInt32,
    product_id String,
    shipment_id String,
    status LowCardinality(String),
    quantity Decimal(12, 3),
    event_id UUID,
    supplier String,
    unit_cost Nullable(Decimal(14, 4)),
    expected_at DateTime64(3, 'UTC')
)
engine = MergeTree
partition by epoch
order by (store_id, event_time, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    old_parts_lifetime = 60,
    min_parts_to_merge_at_once = 16,
    auto_statistics_types = '';

create table if not exists retail_core.supplier_shipments_batch
(
    generation UInt32,
    epoch UInt32,
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    event_time DateTime64(3, 'UTC'),
    business_date Date,
    store_id UInt32,
    product_id String,
    shipment_id String,
    status LowCardinality(String),
    quantity Decimal(12, 3),
    event_id UUID,
    supplier String,
    unit_cost Nullable(Decimal(14, 4)),
    expected_at DateTime64(3, 'UTC')
)
engine = MergeTree
partition by (generation, epoch)
order by (store_id, event_time, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
