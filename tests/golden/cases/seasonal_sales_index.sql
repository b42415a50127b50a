-- Case: five Mondays of one store, and a Monday without the category.
-- Grain: one row per store, category, pattern and period.
select *
from retail.seasonal_sales_index
order by
    store_id,
    category,
    pattern,
    period
