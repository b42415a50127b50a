-- What: the stores of the chain, copied from the operational store.
-- Grain: one row per store (read with final). Deduplication: the greatest version per store holds.
-- Engine: ReplacingMergeTree, fsync on insert. Order key: store_id. Retention: for ever.

create table if not exists retail_core.stores
(
    store_id UInt32,
    store_code String,
    name String,
    city String,
    region String,
    country String,
    store_type LowCardinality(String),
    square_footage UInt32,
    time_zone LowCardinality(String),
    currency LowCardinality(String),
    latitude Float64,
    longitude Float64,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by store_id
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
