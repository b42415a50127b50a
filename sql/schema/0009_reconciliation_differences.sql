-- What: keys at which the layers differed when an epoch was closed; the batch result won.
-- Grain: one row per generation, epoch, table and key. Engine: MergeTree, fsync on insert.
-- Order key: (generation, epoch, table_name, key). Deduplication: the partition (generation, epoch)
-- is dropped before a repeated batch stores its findings. Retention: for ever.

create table if not exists retail_core.reconciliation_differences
(
    generation UInt32,
    epoch UInt32,
    found_at DateTime64(6, 'UTC'),
    table_name LowCardinality(String),
    key String,
    speed String,
    batch String
)
engine = MergeTree
partition by (generation, epoch)
order by (generation, epoch, table_name, key)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
