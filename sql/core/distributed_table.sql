-- What: the rows of an operator table on every shard of the cluster, for readers. Asked by: the schema planner.
-- Nothing is inserted through it: the adapter splits rows and writes to each shard.
create or replace table retail_core.{{table}} as retail_shard.{{table}}
engine = Distributed('{{cluster}}', 'retail_shard', '{{table}}')
