-- What: makes this server a shard, for good. Asked by: the schema planner.
insert into retail_core.shard
(
    number,
    shards
)
select
    {number:UInt32},
    {shards:UInt32}
