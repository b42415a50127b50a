-- Does what the model in use was trained on still hold?
-- Grain: one row per check date, model version, kind and name of the period. Who asks: the drift part of the forecast page.
-- Models are of the whole chain: whoever sees some stores only gets no rows.
-- An answer that took long may be kept.
-- Columns:
--   check_date Date: the last business date that was looked at
--   model_version String: the trained model
--   kind String: feature or error
--   name String: the feature or the measure
--   value Float64?: population stability index, or the measure lately
--   baseline Float64?: the measure on held-back days; null for features
--   warn_from Float64: status is warn from this value on
--   alert_from Float64: status is alert from this value on
--   status String: ok, warn or alert
--   values UInt64: values, or forecasts, looked at
-- Filters: from to
select
    check_date,
    cast(model_version as String) as model_version,
    cast(kind as String) as kind,
    cast(name as String) as name,
    value,
    baseline,
    warn_from,
    alert_from,
    cast(status as String) as status,
    row_count as values
from retail.model_drift
where check_date between {from_date:Date} and {to_date:Date}
    and ({all_stores:UInt8} = 1 or 0 in {stores:Array(UInt32)})
order by
    check_date desc,
    indexOf(['alert', 'warn', 'ok'], status),
    model_version,
    kind,
    name
limit {row_limit:UInt64} offset {row_offset:UInt64}
