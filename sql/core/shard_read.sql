-- Which shard is this, of how many? Grain: one row, or none; number is 0-based. Asked by: the schema planner.
select
    number,
    shards
from retail_core.shard
limit 1
format Native
