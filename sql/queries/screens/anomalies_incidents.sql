-- What was unusual, where, and is somebody looking at it?
-- Grain: one row per incident that began in a period or is not resolved, the newest first. Who asks: the anomalies page.
-- Columns:
--   incident_id String: the incident
--   kind String: spike, drop, silent_till, silent_store, price_error, unusual_returns, phantom_stock
--   severity String: info, warning or critical
--   state String: open, acknowledged or resolved
--   store_id UInt32: the store; 0: not of one store
--   product_id String: the product; empty: not of one
--   product_name String: its name; the product_id where no product file says more
--   category String: the category; empty: not of one
--   register_id String: the till; empty: not of one
--   started_at DateTime: when it began
--   ended_at DateTime?: when it was over; null: it is not
--   detected_at DateTime: when it was noticed
--   score Float64: how unusual: deviations from the expected
--   measure String: what expected and observed are of
--   expected Float64?: what was to be expected
--   observed Float64?: what was measured
--   reason String: why, in plain words
--   acknowledged_by String: who looks at it; empty: nobody yet
--   acknowledged_at DateTime?: since when
--   note String: what that person wrote
-- Filters: from to state
select
    toString(incidents.incident_id) as incident_id,
    cast(incidents.kind as String) as kind,
    cast(incidents.severity as String) as severity,
    cast(incidents.state as String) as state,
    incidents.store_id as store_id,
    incidents.product_id as product_id,
    if(names.product_name = '', incidents.product_id, names.product_name) as product_name,
    cast(incidents.category as String) as category,
    incidents.register_id as register_id,
    incidents.started_at as started_at,
    incidents.ended_at as ended_at,
    incidents.detected_at as detected_at,
    incidents.score as score,
    cast(incidents.measure as String) as measure,
    incidents.expected as expected,
    incidents.observed as observed,
    incidents.reason as reason,
    incidents.acknowledged_by as acknowledged_by,
    incidents.acknowledged_at as acknowledged_at,
    incidents.note as note
from retail.anomalies as incidents
left join retail.product_names as names on names.product_id = incidents.product_id
where (toDate(incidents.started_at) between {from_date:Date} and {to_date:Date} or incidents.state != 'resolved')
    and ({state:String} = '' or incidents.state = {state:String})
    and ({all_stores:UInt8} = 1 or incidents.store_id in {stores:Array(UInt32)})
order by
    started_at desc,
    incident_id
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 0
