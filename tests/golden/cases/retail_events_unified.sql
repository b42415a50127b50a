-- Case: each event once, whichever layer answers. Grain: one row per event.
select *
from retail.retail_events_unified
order by
    log_partition,
    log_offset
