-- What: forecasts in another order: the day that is predicted first, then the store. Questions are about some weeks, of all
-- products or of one; ordered by product, each read the forecasts of all days that ever were.
-- Grain, engine, retention: as 0014_forecasts.sql says; columns as 0051_forecast_scales.sql left them.

drop table if exists retail_core.forecasts_reordered;

create table if not exists retail_core.forecasts_reordered
(
    level LowCardinality(String),
    store_id UInt32,
    product_id String,
    category LowCardinality(String),
    region LowCardinality(String),
    prediction_date Date,
    forecast_date Date,
    model_name LowCardinality(String),
    model_version LowCardinality(String),
    is_champion UInt8,
    predicted_demand Float64,
    median_demand Float64,
    lower_80 Float64,
    upper_80 Float64,
    lower_95 Float64,
    upper_95 Float64,
    quantile_levels Array(Float32),
    quantiles Array(Float64),
    stock_out_risk_score Nullable(Float64),
    generated_at DateTime64(3, 'UTC'),
    naive_squared_error Nullable(Float64),
    revenue_weight Nullable(Float64)
)
engine = ReplacingMergeTree(generated_at)
order by
(
    level,
    prediction_date,
    store_id,
    product_id,
    category,
    region,
    forecast_date,
    model_version
)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;

insert into retail_core.forecasts_reordered
select *
from retail_core.forecasts;

exchange tables retail_core.forecasts and retail_core.forecasts_reordered;

drop table retail_core.forecasts_reordered;
