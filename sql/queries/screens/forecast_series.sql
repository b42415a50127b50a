-- What will be asked for of a product, and how did earlier forecasts meet what was sold?
-- Grain: one row per store, product and date with a forecast of the model in use or sales; of several forecasts of a date
-- the newest. Who asks: the forecast page, the product page.
-- An answer that took long may be kept.
-- Columns:
--   store_id UInt32: the store
--   product_id String: the product
--   business_date Date: the store's calendar day
--   forecast_date Date?: the last date that the forecast knew; null: no forecast of that day
--   predicted_demand Float64?: expected units of demand; null: no forecast of that day
--   lower_80 Float64?: demand is below this with probability 10 %
--   upper_80 Float64?: demand is above this with probability 10 %
--   lower_95 Float64?: demand is below this with probability 2.5 %
--   upper_95 Float64?: demand is above this with probability 2.5 %
--   units_sold Decimal?: units sold; null: the day has not ended
--   model_version String: the trained model; empty: no forecast of that day
-- Filters: from to* product!
with
    forecasts as
    (
        select
            store_id,
            product_id,
            prediction_date as business_date,
            max(results.forecast_date) as forecast_date,
            argMax(results.predicted_demand, results.forecast_date) as predicted_demand,
            argMax(results.lower_80, results.forecast_date) as lower_80,
            argMax(results.upper_80, results.forecast_date) as upper_80,
            argMax(results.lower_95, results.forecast_date) as lower_95,
            argMax(results.upper_95, results.forecast_date) as upper_95,
            argMax(cast(results.model_version as String), results.forecast_date) as model_version
        from retail.ml_forecast_results as results
        where level = 'product_store'
            and is_champion = 1
            and product_id = {product:String}
            and prediction_date between {from_date:Date} and {to_date:Date}
            and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        group by
            store_id,
            product_id,
            business_date
    ),
    sold as
    (
        select
            store_id,
            product_id,
            business_date,
            sum(days.units_sold) as units_sold
        from retail.product_sales_parts as days
        where product_id = {product:String}
            and business_date between {from_date:Date} and {to_date:Date}
            and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        group by
            store_id,
            product_id,
            business_date
    )
select
    assumeNotNull(ifNull(forecasts.store_id, sold.store_id)) as store_id,
    {product:String} as product_id,
    assumeNotNull(ifNull(forecasts.business_date, sold.business_date)) as business_date,
    forecasts.forecast_date as forecast_date,
    forecasts.predicted_demand as predicted_demand,
    forecasts.lower_80 as lower_80,
    forecasts.upper_80 as upper_80,
    forecasts.lower_95 as lower_95,
    forecasts.upper_95 as upper_95,
    if(business_date < {today:Date}, ifNull(sold.units_sold, 0), sold.units_sold) as units_sold,
    ifNull(forecasts.model_version, '') as model_version
from forecasts
full outer join sold
    on sold.store_id = forecasts.store_id
    and sold.business_date = forecasts.business_date
order by
    store_id,
    business_date
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 1
