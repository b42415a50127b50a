-- Case: sold after a count to 0; not those that the ledger knows nothing of. Grain: one row per sale.
select *
from retail.stock_discrepancies
order by
    store_id,
    event_time,
    log_offset
