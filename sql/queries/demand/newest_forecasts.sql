-- What is forecast for each product in each store and day to come, by the newest forecast of the model in use?
-- Grain: one row per store, product and prediction_date with a forecast made from `oldest` on. Who asks: the
-- forecaster from stored forecasts. Units in ten-thousandths.
select
    store_id,
    product_id,
    prediction_date,
    toInt64(round(argMax(predicted_demand, newest) * 10000)) as mean,
    toInt64(round(argMax(lower_80, newest) * 10000)) as lower,
    toInt64(round(argMax(upper_80, newest) * 10000)) as upper,
    cast(argMax(model_version, newest) as String) as version
from
(
    select
        store_id,
        product_id,
        prediction_date,
        predicted_demand,
        lower_80,
        upper_80,
        model_version,
        (forecast_date, generated_at) as newest
    from retail_core.forecasts
    where level = 'product_store'
        and is_champion = 1
        and prediction_date >= {from:Date}
        and forecast_date >= {oldest:Date}
)
group by
    store_id,
    product_id,
    prediction_date
order by
    store_id,
    product_id,
    prediction_date
