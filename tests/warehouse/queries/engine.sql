-- How does a table keep its rows? Grain: one row.
select
    engine,
    trim(both '()' from partition_key),
    sorting_key
from system.tables
where database = 'retail_core'
    and name = {table:String}
