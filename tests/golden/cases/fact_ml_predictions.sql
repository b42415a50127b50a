-- Case: the same as facts. Grain: one row per store, product and day.
select *
from retail.fact_ml_predictions
order by
    store_key,
    product_key,
    date_key
