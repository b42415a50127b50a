-- Case: a stretch with closed days, a store with one day only. Grain: one row per store and product.
select *
from retail.sales_velocity
order by
    store_id,
    product_id
