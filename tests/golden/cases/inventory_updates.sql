-- Case: counts, one of them late, waste, a correction, reservations. Grain: one row per accepted message.
select *
from retail.inventory_updates
order by
    log_partition,
    log_offset
