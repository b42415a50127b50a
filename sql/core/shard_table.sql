-- What: which shard this server is. Grain: one row, which never changes. Asked by: the schema planner, which
-- refuses a server that holds another shard's stores.
create table if not exists retail_core.shard
(
    number UInt32,
    shards UInt32
)
engine = MergeTree
order by number
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1
