-- Case: a late sale counts for its day, a day without sales, a target of 0. Grain: one row per store and day.
select *
from retail.sales_target_progress
order by
    store_id,
    business_date
