-- What: how good each trained model was on the data that its training held back.
-- Grain: one row per model_version, segment and horizon_days.
-- Engine: ReplacingMergeTree by time of training (read with final). Order key: the grain. Retention: for
-- ever.

create table if not exists retail_core.model_metrics
(
    model_name LowCardinality(String),
    model_version LowCardinality(String),
    training_timestamp DateTime64(3, 'UTC'),
    segment LowCardinality(String),
    horizon_days UInt16,
    series_count UInt64,
    row_count UInt64,
    data_from Date,
    data_to Date,
    rmse Nullable(Float64),
    mae Nullable(Float64),
    r2_score Nullable(Float64),
    mape Nullable(Float64),
    wmape Nullable(Float64),
    wrmsse Nullable(Float64),
    bias Nullable(Float64),
    wql Nullable(Float64),
    coverage_80 Nullable(Float64),
    coverage_95 Nullable(Float64),
    training_seconds Float64,
    is_champion UInt8
)
engine = ReplacingMergeTree(training_timestamp)
order by (model_version, segment, horizon_days)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
