-- What did each model forecast, at every level?
-- Grain: one row per level, its keys, prediction_date, forecast_date and model_version. Keys that a level
-- leaves out are 0 or empty. Asked by: analysts, the forecasts screen.
create or replace view retail.ml_forecast_results
(
    level LowCardinality(String) comment 'product_store, store, category, region or total',
    store_id UInt32 comment 'the store; 0: all',
    product_id String comment 'the product; empty: all',
    category LowCardinality(String) comment 'the category; empty: all or implied',
    region LowCardinality(String) comment 'the region; empty: all or implied',
    prediction_date Date comment 'the business date that is predicted',
    forecast_date Date comment 'the last business date that the forecast knew',
    horizon_days Int64 comment 'days from forecast_date to prediction_date',
    model_name LowCardinality(String) comment 'kind of model',
    model_version LowCardinality(String) comment 'the trained model; model_metrics.model_version',
    is_champion UInt8 comment '1: the model was in use',
    predicted_demand Float64 comment 'expected units of demand',
    median_demand Float64 comment 'demand is as likely above as below',
    lower_80 Float64 comment 'demand is below this with probability 10 %',
    upper_80 Float64 comment 'demand is above this with probability 10 %',
    lower_95 Float64 comment 'demand is below this with probability 2.5 %',
    upper_95 Float64 comment 'demand is above this with probability 2.5 %',
    quantile_levels Array(Float32) comment 'probabilities of quantiles',
    quantiles Array(Float64) comment 'demand not exceeded with those probabilities',
    stock_out_risk_score Nullable(Float64) comment 'probability of having run out by the end of that day, 0 to 1; null: stock unknown',
    generated_at DateTime64(3, 'UTC') comment 'when it was computed'
)
definer = {{definer}} sql security definer
as
select
    level,
    store_id,
    product_id,
    category,
    region,
    prediction_date,
    forecast_date,
    dateDiff('day', forecast_date, prediction_date) as horizon_days,
    model_name,
    model_version,
    is_champion,
    predicted_demand,
    median_demand,
    lower_80,
    upper_80,
    lower_95,
    upper_95,
    quantile_levels,
    quantiles,
    stock_out_risk_score,
    generated_at
from retail_core.forecasts
final
