-- What: whether what a model was trained on still holds: how far features are spread otherwise now, and how far
-- its errors lately are from those on the held-back days.
-- Grain: one row per check_date, model_version, kind and name. kind: feature (value is the population
-- stability index against the days of training) or error (value is the measure over the last 28 days,
-- baseline that on the held-back days).
-- Engine: ReplacingMergeTree by time of computation (read with final). Order key: the grain. Retention: for ever.

create table if not exists retail_core.model_drift
(
    check_date Date,
    model_version LowCardinality(String),
    kind LowCardinality(String),
    name LowCardinality(String),
    value Nullable(Float64),
    baseline Nullable(Float64),
    warn_from Float64,
    alert_from Float64,
    status LowCardinality(String),
    row_count UInt64,
    computed_at DateTime64(3, 'UTC')
)
engine = ReplacingMergeTree(computed_at)
order by (check_date, model_version, kind, name)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
