-- What does the newest champion forecast of before one date say of each day from then on?
-- Grain: one row per product and day, in order. Who asks: the review of stock of one store. day counts from
-- the date; mean, lower_80 and upper_80 are ten-thousandths of units; levels and quantiles are numbers
-- with commas in between, in ascending order, empty where the forecast has none.
select
    product_id,
    toInt64(prediction_date - {date:Date}) as day,
    newest.3 as model_version,
    toInt64(toUInt32(forecast_date)) as forecast_day,
    toInt64(round(least(predicted_demand, 1e12) * 10000)) as mean,
    toInt64(round(least(lower_80, 1e12) * 10000)) as lower_80,
    toInt64(round(least(upper_80, 1e12) * 10000)) as upper_80,
    arrayStringConcat(arrayMap(level -> toString(round(level, 4)), quantile_levels), ',') as levels,
    arrayStringConcat(arrayMap(units -> toString(round(units, 4)), quantiles), ',') as quantiles
from
(
    select
        *,
        max((forecast_date, generated_at, toString(model_version))) over (partition by product_id) as newest
    from retail_core.forecasts
    final
    where level = 'product_store'
        and is_champion = 1
        and store_id = {store_id:UInt32}
        and forecast_date >= {date:Date} - 28
        and forecast_date < {date:Date}
        and prediction_date >= {date:Date}
)
where forecast_date = newest.1
    and toString(model_version) = newest.3
order by
    product_id,
    day
