-- How much of each product will each store need on each day, by the newest forecast of the model in use?
-- Grain: one row per store_id, product_id and prediction_date. Asked by: planners, store managers, orders.
-- The interval is the one that holds demand with 80 % probability.
create or replace view retail.demand_predictions
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    prediction_date Date comment 'the business date that is predicted',
    predicted_demand Float64 comment 'expected units of demand',
    confidence_lower Float64 comment 'demand is below this with probability 10 %',
    confidence_upper Float64 comment 'demand is above this with probability 10 %',
    model_name String comment 'kind of model',
    model_version String comment 'the trained model; model_metrics.model_version',
    forecast_date Date comment 'the last business date that the forecast knew',
    stock_out_risk_score Nullable(Float64) comment 'probability of having run out by the end of that day, 0 to 1; null: stock unknown',
    generated_at DateTime64(3, 'UTC') comment 'when it was computed'
)
definer = {{definer}} sql security definer
as
select
    store_id,
    product_id,
    prediction_date,
    argMax(predicted_demand, newest) as predicted_demand,
    argMax(lower_80, newest) as confidence_lower,
    argMax(upper_80, newest) as confidence_upper,
    argMax(model_name, newest) as model_name,
    argMax(model_version, newest) as model_version,
    argMax(forecast_date, newest) as forecast_date,
    -- As a tuple: argMax passes over nulls, and an older score is not the newest one.
    argMax(tuple(stock_out_risk_score), newest).1 as stock_out_risk_score,
    argMax(generated_at, newest) as generated_at
from
(
    select
        *,
        (forecast_date, generated_at) as newest
    from retail_core.forecasts
    where level = 'product_store'
        and is_champion = 1
)
group by
    store_id,
    product_id,
    prediction_date
