-- What: accepted events, in two layers: speed rows as they arrive, batch rows loaded from the lake.
-- Grain: one row per accepted event; its identity is (log_partition, log_offset).
-- Engine: MergeTree. Order key: store first, then time, as people ask for stores and periods.
-- Partitions: speed by epoch, batch by (generation, epoch): a layer's share of an epoch comes and
-- goes as one, and an insert, which is of one epoch, makes one part.
-- Deduplication: speed inserts carry a token (table, epoch, flush, attempt); batch partitions are
-- dropped before they are filled again.
-- Retention: speed partitions go a while after their epoch closed, by a job; batch rows stay. No
-- TTL: it deletes imported history on arrival. Superseded parts of the speed table go after a
-- minute, not eight: after a power loss the open epochs are verified against the log anyway. They are
-- merged sixteen at a time: with flushes of a hundred rows the usual two or three would write each row
-- some twenty times over, and keep both the processors and the file system from the readers.

create table if not exists retail_core.events_speed
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

create table if not exists retail_core.events_batch
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
