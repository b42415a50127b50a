-- Case: a price that is not asked, one on offer that the till does not know, none after the offer ended. Grain: one row per sale.
select *
from retail.price_errors
order by
    store_id,
    event_time,
    log_offset
