-- What: the switch that every view reads: generation and last closed epoch of the batch layer.
-- It is a copy of the lake's manifest and is inserted again at start if it is missing.
-- Grain: one row per insert; per (generation, closed_epoch) the newest row counts, and the greatest
-- (generation, closed_epoch) is the one that views go by.
-- Engine: MergeTree, fsync on insert. Order key: (generation, closed_epoch). Retention: for ever.

create table if not exists retail_core.manifest
(
    generation UInt32,
    closed_epoch UInt32,
    lake_version UInt64,
    rows_per_table Map(String, UInt64),
    hash_per_table Map(String, String),
    inserted_at DateTime64(6, 'UTC') default now64(6, 'UTC')
)
engine = MergeTree
order by (generation, closed_epoch)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
