-- Case: duplicates and dead letters. Grain: one row per message.
select *
from retail.rejected_events
order by
    log_topic,
    log_partition,
    log_offset
