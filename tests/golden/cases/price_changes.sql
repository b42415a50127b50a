-- Case: a price from now on, and one for three days. Grain: one row per accepted message.
select *
from retail.price_changes
order by
    log_partition,
    log_offset
