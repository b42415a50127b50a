-- How good is each trained model?
-- Grain: one row per model_version, segment and horizon_days. Segment is empty for all series over the days
-- that its training held back; live is how its stored forecasts of the last 28 days did, anew each day.
-- Asked by: analysts, the forecasts screen.
create or replace view retail.model_metrics
(
    model_name LowCardinality(String) comment 'kind of model',
    model_version LowCardinality(String) comment 'the trained model',
    training_timestamp DateTime64(3, 'UTC') comment 'when training ended; of live: when it was computed',
    segment LowCardinality(String) comment 'empty: all series on held-back days; live: stored forecasts against sales since',
    horizon_days UInt16 comment 'days ahead; 0: the whole horizon',
    series_count UInt64 comment 'number of series',
    row_count UInt64 comment 'number of forecasts measured',
    data_from Date comment 'first business date of the training data; of live: of the days forecast',
    data_to Date comment 'last business date of the training data; of live: of the days forecast',
    rmse Nullable(Float64) comment 'root mean squared error, units',
    mae Nullable(Float64) comment 'mean absolute error, units',
    r2_score Nullable(Float64) comment 'share of variance explained',
    mape Nullable(Float64) comment 'mean absolute relative error over days with sales',
    wmape Nullable(Float64) comment 'sum of absolute errors / sum of actuals',
    wrmsse Nullable(Float64) comment 'weighted root mean squared scaled error, as in the M5 competition',
    bias Nullable(Float64) comment 'sum of errors / sum of actuals; above 0: forecasts are too high',
    wql Nullable(Float64) comment 'weighted quantile loss',
    coverage_80 Nullable(Float64) comment 'share of actuals inside the 80 % interval',
    coverage_95 Nullable(Float64) comment 'share of actuals inside the 95 % interval',
    training_seconds Float64 comment 'how long training took',
    is_champion UInt8 comment '1: the model was in use'
)
definer = {{definer}} sql security definer
as
select
    model_name,
    model_version,
    training_timestamp,
    segment,
    horizon_days,
    series_count,
    row_count,
    data_from,
    data_to,
    rmse,
    mae,
    r2_score,
    mape,
    wmape,
    wrmsse,
    bias,
    wql,
    coverage_80,
    coverage_95,
    training_seconds,
    is_champion
from retail_core.model_metrics
final
