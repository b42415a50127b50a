-- How many rows of each flush are there? Grain: one row per flush of an open epoch.
-- Asked by: the verification after an unclean end.
select
    flush_id,
    count() as row_count
from retail_core.{{table}}_speed
where epoch = {epoch:UInt32}
group by
    flush_id
order by
    flush_id
format Native
