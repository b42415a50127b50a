-- Case: levels, two models, a forecast that was made again. Grain: one row per level, key, date and model.
select *
from retail.ml_forecast_results
order by
    level,
    store_id,
    product_id,
    prediction_date,
    forecast_date,
    model_version
