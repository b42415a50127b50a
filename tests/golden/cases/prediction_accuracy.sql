-- Case: a late sale and a return count, a day without sales, and a day that is not over.
-- Grain: one row per store, product, day and forecast.
select *
from retail.prediction_accuracy
order by
    store_id,
    product_id,
    prediction_date,
    forecast_date,
    model_version
