-- Where does the first part of a partition lie? Grain: one row.
select path
from system.parts
where database = 'retail_core'
    and table = {table:String}
    and partition = {partition:String}
    and active
order by
    name
limit 1
