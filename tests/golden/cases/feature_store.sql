-- Case: a row without history. Grain: one row per store, product and day.
select *
from retail.feature_store
order by
    store_id,
    product_id,
    feature_date
