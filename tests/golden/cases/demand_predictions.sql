-- Case: the newest forecast of the model in use, not the challenger's.
-- Grain: one row per store, product and day.
select *
from retail.demand_predictions
order by
    store_id,
    product_id,
    prediction_date
