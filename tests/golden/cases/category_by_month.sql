-- Case: a return that outweighs the month, months after one another.
-- Grain: one row per store, category and month.
select *
from retail.category_by_month
order by
    store_id,
    category,
    month
