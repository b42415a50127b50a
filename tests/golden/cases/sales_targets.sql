-- Case: two stores of two currencies. Grain: one row per store and day.
select *
from retail.sales_targets
order by
    store_id,
    business_date
