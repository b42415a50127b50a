-- Case: a late sale, weeks after one another and a year apart, and one that sells nothing in sum.
-- Grain: one row per store and week.
select *
from retail.sales_by_week
order by
    store_id,
    week
