-- Case: a product in two categories. Grain: one row per key.
select *
from retail.product_performance_summary
order by
    business_date,
    store_id,
    product_id,
    category
