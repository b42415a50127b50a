-- Which types has a table? Grain: one row per column.
select
    name,
    type
from system.columns
where database = 'retail_core'
    and table = {table:String}
format TSVRaw
