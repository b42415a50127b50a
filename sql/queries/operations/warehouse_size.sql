-- How much disk do the warehouse's tables take?
-- Grain: one row; bytes of the parts in use.
-- Who asks: the status page.
select
    sum(bytes_on_disk) as bytes,
    count() as parts
from system.parts
where active
  and database = 'retail_core'
