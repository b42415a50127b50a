-- Case: a product in two currencies and categories. Grain: one row per product and currency.
select *
from retail.product_performance
order by
    product_id,
    currency
