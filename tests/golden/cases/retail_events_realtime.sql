-- Case: all that the speed layer keeps. Grain: one row per event.
select *
from retail.retail_events_realtime
order by
    log_partition,
    log_offset
