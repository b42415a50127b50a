-- Case: a month after another one, and a year later. Grain: one row per month.
select *
from retail.sales_by_month
order by
    store_id,
    month
