-- Is that table of retail_core there? Grain: one row: 0 or 1. Asked by: the schema planner.
select count() as tables
from system.tables
where database = 'retail_core'
    and name = {table:String}
format Native
