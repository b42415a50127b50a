-- Case: late and returned events count for the day they happened on. Grain: one row per key.
select *
from retail.daily_sales_summary
order by
    business_date,
    store_id,
    category
