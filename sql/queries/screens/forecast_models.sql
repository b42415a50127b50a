-- Which models were trained, and how good are they?
-- Grain: one row per model version, segment and horizon, the newest first. Who asks: the model registry of the forecast page.
-- Models are of the whole chain: whoever sees some stores only gets no rows.
-- Columns:
--   model_name String: kind of model
--   model_version String: the trained model
--   is_champion UInt8: 1: the model is in use
--   trained_at DateTime: when training ended; of live: when it was computed
--   segment String: empty: held-back days; live: stored forecasts against sales since
--   horizon_days UInt32: days ahead; 0: the whole horizon
--   series_count UInt64: number of series
--   forecasts UInt64: number of forecasts measured
--   data_from Date: first business date of the data
--   data_to Date: last business date of the data
--   rmse Float64?: root mean squared error, units
--   mae Float64?: mean absolute error, units
--   r2 Float64?: share of variance explained
--   mape Float64?: mean absolute relative error over days with sales
--   wmape Float64?: sum of absolute errors / sum of actuals
--   wrmsse Float64?: weighted root mean squared scaled error
--   bias Float64?: sum of errors / sum of actuals; above 0: too high
--   coverage_80 Float64?: share of actuals inside the 80 % interval
--   coverage_95 Float64?: share of actuals inside the 95 % interval
--   training_s Float64: how long training took, seconds
-- Filters: none
select
    cast(model_name as String) as model_name,
    cast(model_version as String) as model_version,
    is_champion,
    training_timestamp as trained_at,
    cast(segment as String) as segment,
    toUInt32(horizon_days) as horizon_days,
    series_count,
    row_count as forecasts,
    data_from,
    data_to,
    rmse,
    mae,
    r2_score as r2,
    mape,
    wmape,
    wrmsse,
    bias,
    coverage_80,
    coverage_95,
    training_seconds as training_s
from retail.model_metrics
where ({all_stores:UInt8} = 1 or 0 in {stores:Array(UInt32)})
order by
    trained_at desc,
    model_version,
    segment,
    horizon_days
limit {row_limit:UInt64} offset {row_offset:UInt64}
