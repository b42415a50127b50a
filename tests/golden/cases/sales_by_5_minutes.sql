-- Case: baskets and sales without one. Grain: one row per store and window.
select *
from retail.sales_by_5_minutes
order by
    store_id,
    window_start
