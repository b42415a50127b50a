-- Case: closed epochs only. Grain: one row per event.
select *
from retail.retail_events_historical
order by
    log_partition,
    log_offset
