-- What: the products of the chain, copied from the operational store. Products that only events know are
-- not in it.
-- Grain: one row per product_id (read with final). Deduplication: the greatest version per product holds.
-- Engine: ReplacingMergeTree, fsync on insert. Order key: product_id. Retention: for ever.

create table if not exists retail_core.products
(
    product_id String,
    product_name String,
    category LowCardinality(String),
    sub_category LowCardinality(String),
    brand LowCardinality(String),
    supplier LowCardinality(String),
    unit_cost Decimal(14, 4),
    shelf_life_days UInt32,
    pack_size UInt32,
    lead_time_days UInt32,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by product_id
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
