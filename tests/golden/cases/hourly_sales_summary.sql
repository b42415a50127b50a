-- Case: a sale and its return in one hour stay visible. Grain: one row per key.
select *
from retail.hourly_sales_summary
order by
    store_id,
    business_date,
    hour_start
