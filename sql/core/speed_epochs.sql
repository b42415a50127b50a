-- Which epochs does the speed table hold? Grain: one row per epoch.
-- Asked by: verification, retention.
select
    epoch,
    count() as row_count
from retail_core.{{table}}_speed
group by
    epoch
order by
    epoch
format Native
