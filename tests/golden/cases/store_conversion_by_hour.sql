-- Case: people and receipts, people alone, receipts alone. Grain: one row per store and hour.
select *
from retail.store_conversion_by_hour
order by
    hour_start,
    store_id
