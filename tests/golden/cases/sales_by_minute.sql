-- Case: baskets and sales without one. Grain: one row per store and minute.
select *
from retail.sales_by_minute
order by
    store_id,
    minute
