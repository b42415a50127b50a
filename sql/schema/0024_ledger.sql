-- What: which topics the stock ledger books sales and receipts from, and what the risk of running out is.
-- The ledger's positions themselves are asked of product_sales and stock_days; the tables that were to
-- keep them go.
-- Engine: ReplacingMergeTree (read with argMax or final): the greatest version holds. Retention: for ever.

drop table if exists retail_core.inventory;

drop table if exists retail_core.stock_movements;

-- Grain: one row, once merged. Empty: retail_events for both.
create table if not exists retail_core.ledger_rules
(
    sales_from LowCardinality(String),
    receipts_from LowCardinality(String),
    version UInt64
)
engine = ReplacingMergeTree(version)
order by tuple()
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- Grain: one row per store_id and product_id.
create table if not exists retail_core.stock_risks
(
    store_id UInt32,
    product_id String,
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
