-- How much will be asked for of everything, by the newest forecast of the model in use?
-- Grain: one row per level, its keys and date. Who asks: demand trends of the forecast page.
-- Levels above the store are of the whole chain: whoever sees some stores only has the level store.
-- An answer that took long may be kept.
-- Columns:
--   level String: store, category, region or total
--   store_id UInt32: the store; 0: all
--   category String: the category; empty: all
--   region String: the region; empty: all
--   business_date Date: the business date that is predicted
--   forecast_date Date: the last date that the forecast knew
--   predicted_demand Float64: expected units of demand
--   lower_80 Float64: demand is below this with probability 10 %
--   upper_80 Float64: demand is above this with probability 10 %
--   lower_95 Float64: demand is below this with probability 2.5 %
--   upper_95 Float64: demand is above this with probability 2.5 %
--   model_version String: the trained model
-- Filters: from to*
select
    cast(results.level as String) as level,
    results.store_id as store_id,
    cast(results.category as String) as category,
    cast(results.region as String) as region,
    results.prediction_date as business_date,
    max(results.forecast_date) as forecast_date,
    argMax(results.predicted_demand, results.forecast_date) as predicted_demand,
    argMax(results.lower_80, results.forecast_date) as lower_80,
    argMax(results.upper_80, results.forecast_date) as upper_80,
    argMax(results.lower_95, results.forecast_date) as lower_95,
    argMax(results.upper_95, results.forecast_date) as upper_95,
    argMax(cast(results.model_version as String), results.forecast_date) as model_version
from retail.ml_forecast_results as results
where results.level != 'product_store'
    and results.is_champion = 1
    and results.prediction_date between {from_date:Date} and {to_date:Date}
    and (
        {all_stores:UInt8} = 1
        or (results.level = 'store' and results.store_id in {stores:Array(UInt32)})
    )
group by
    results.level,
    results.store_id,
    results.category,
    results.region,
    results.prediction_date
order by
    level,
    store_id,
    category,
    region,
    business_date
limit {row_limit:UInt64} offset {row_offset:UInt64}
