-- What: the columns of every view as clients see them. Asked by: the data dictionary's test.
-- Grain: one row per column, in order.
select
    table,
    name,
    type,
    comment
from system.columns
where database = 'retail'
order by
    table,
    position
format TSVRaw
