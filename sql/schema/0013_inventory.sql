-- What: the stock ledger's figures: where each product stands now, each movement that brought it there,
-- and where it stood at the end of each day.
-- Engine: ReplacingMergeTree (read with final). Deduplication: the greatest version per key holds; a
-- movement is known by its place in the log. Retention: for ever.

-- Grain: one row per store_id and product_id.
create table if not exists retail_core.inventory
(
    store_id UInt32,
    product_id String,
    on_hand_units Decimal(18, 3),
    on_order_units Decimal(18, 3),
    reserved_units Decimal(18, 3),
    last_count_units Nullable(Decimal(18, 3)),
    last_counted_at Nullable(DateTime64(3, 'UTC')),
    shrinkage_units Decimal(18, 3),
    oldest_receipt_date Nullable(Date),
    units_sold_per_day Nullable(Float64),
    stock_out_probability Nullable(Float64),
    as_of DateTime64(3, 'UTC'),
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (store_id, product_id)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- Grain: one row per movement.
create table if not exists retail_core.stock_movements
(
    store_id UInt32,
    product_id String,
    event_time DateTime64(3, 'UTC'),
    business_date Date,
    cause LowCardinality(String),
    quantity_units Decimal(18, 3),
    on_hand_units Nullable(Decimal(18, 3)),
    reference String,
    log_topic LowCardinality(String),
    log_partition UInt32,
    log_offset Int64,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (store_id, product_id, event_time, log_topic, log_partition, log_offset)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- Grain: one row per store_id, product_id and business_date.
create table if not exists retail_core.inventory_daily
(
    business_date Date,
    store_id UInt32,
    product_id String,
    on_hand_units Decimal(18, 3),
    on_order_units Decimal(18, 3),
    stock_out_hours Float64,
    reorder_point Nullable(Float64),
    safety_stock Nullable(Float64),
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (store_id, product_id, business_date)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
