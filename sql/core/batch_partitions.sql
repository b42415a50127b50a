-- Which shares does the batch table hold? Grain: one row per generation and epoch.
-- Asked by: the start, the removal of superseded generations.
select
    generation,
    epoch
from retail_core.{{table}}_batch
group by
    generation,
    epoch
order by
    generation,
    epoch
format Native
