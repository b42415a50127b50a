-- Case: two currencies, and a store without one. Grain: one row per category and currency.
select *
from retail.sales_by_category
order by
    category,
    currency
