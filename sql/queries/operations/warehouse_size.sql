-- How much disk do the warehouse's tables take on the server that is asked (of shards: the first)?
-- Grain: one row; bytes of the parts in use.
-- Who asks: the status page.
select
    sum(bytes_on_disk) as bytes,
    count() as parts
from system.parts
where active
  and database in ('retail_core', 'retail_shard')
