-- Case: people and receipts, people alone, receipts alone. Grain: one row per store and day.
select *
from retail.store_conversion
order by
    business_date,
    store_id
