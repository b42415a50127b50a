-- What is known of one incident, over or not?
-- Grain: one row, or none. Who asks: whoever says to look at it. What is written then has a greater version.
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
    note,
    version
from retail_core.anomalies
final
where incident_id = {incident_id:UUID}
