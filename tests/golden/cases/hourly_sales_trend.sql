-- Case: an hour of the store's own clock a week before, none, and hours without one in the day before.
-- Grain: one row per hour.
select *
from retail.hourly_sales_trend
order by
    store_id,
    hour_start
