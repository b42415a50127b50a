-- Was any schema file applied here? Grain: one row: 0 or 1. Asked by: the schema planner.
select count() as tables
from system.tables
where database = 'retail_core'
    and name = 'schema_files'
format Native
