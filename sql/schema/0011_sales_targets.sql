-- What: what each store is to take on a day, copied from the operational store.
-- Grain: one row per store_id and business_date (read with final). Deduplication: the greatest version
-- per key holds.
-- Engine: ReplacingMergeTree, fsync on insert. Order key: the grain. Retention: for ever.

create table if not exists retail_core.sales_targets
(
    store_id UInt32,
    business_date Date,
    revenue Decimal(14, 4),
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (store_id, business_date)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
