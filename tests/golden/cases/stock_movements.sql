-- Case: a count that came late, one that found less, waste after it; stock below 0. Grain: one row per movement.
select *
from retail.stock_movements
order by
    store_id,
    product_id,
    event_time,
    log_offset
