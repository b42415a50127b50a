-- How many keys did the repair compute? Grain: one row. Asked by: the repair, to drop instead of
-- replacing when there are none.
select count() as row_count
from retail_core.{{table}}_repair
where epoch = {epoch:UInt32}
format Native
