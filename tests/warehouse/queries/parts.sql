-- How many parts has a table? Grain: one row.
select count()
from system.parts
where database = 'retail_core'
    and table = {table:String}
    and active
