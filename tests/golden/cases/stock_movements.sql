-- Case: a movement that was written twice. Grain: one row per movement.
select *
from retail.stock_movements
order by
    store_id,
    product_id,
    event_time,
    log_offset
