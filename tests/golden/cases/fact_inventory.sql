-- Case: a day that was corrected. Grain: one row per store, product and day.
select *
from retail.fact_inventory
order by
    store_key,
    product_key,
    date_key
