-- Case: months, two currencies, a sale and its return. Grain: one row per month, product, category and
-- currency.
select *
from retail.sales_by_product
order by
    month,
    product_id,
    category,
    currency
