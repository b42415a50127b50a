-- Case: people, a scan, a basket. Grain: one row per accepted message.
select *
from retail.customer_events
order by
    log_partition,
    log_offset
