-- Which incidents are not over?
-- Grain: one row per incident. Who asks: the detection, at each look, so that what people wrote stays and
-- a restart raises nothing twice.
select
    incident_id,
    cast(kind as String) as kind,
    cast(severity as String) as severity,
    store_id,
    product_id,
    cast(category as String) as category,
    register_id,
    started_at,
    detected_at,
    cast(score as Decimal(14, 4)) as score,
    cast(measure as String) as measure,
    cast(expected as Nullable(Decimal(14, 4))) as expected,
    cast(observed as Nullable(Decimal(14, 4))) as observed,
    reason,
    cast(state as String) as state,
    acknowledged_by,
    cast(acknowledged_at as Nullable(Decimal(14, 4))) as acknowledged_at_s,
    note
from retail_core.anomalies
final
where state != 'resolved'
order by incident_id
