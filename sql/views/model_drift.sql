-- Does what a model was trained on still hold?
-- Grain: one row per check_date, model_version, kind and name. Asked by: analysts, the forecasts screen.
-- Of a feature, value is the population stability index of the last 28 days against those of training: below
-- 0.1 nothing, from 0.25 on a change that asks for a look. Of an error, it is the measure over the last 28
-- days' forecasts, and baseline that on the days that training held back.
create or replace view retail.model_drift
(
    check_date Date comment 'the last business date that was looked at',
    model_version LowCardinality(String) comment 'the trained model; model_metrics.model_version',
    kind LowCardinality(String) comment 'feature or error',
    name LowCardinality(String) comment 'the feature (feature_store) or the measure (model_metrics)',
    value Nullable(Float64) comment 'stability index, or the measure lately',
    baseline Nullable(Float64) comment 'the measure on held-back days; null for features',
    warn_from Float64 comment 'status is warn from this value on',
    alert_from Float64 comment 'status is alert from this value on',
    status LowCardinality(String) comment 'ok, warn or alert',
    row_count UInt64 comment 'values, or forecasts, looked at',
    computed_at DateTime64(3, 'UTC') comment 'when it was computed'
)
definer = {{definer}} sql security definer
as
select
    check_date,
    model_version,
    kind,
    name,
    value,
    baseline,
    warn_from,
    alert_from,
    status,
    row_count,
    computed_at
from retail_core.model_drift
final
