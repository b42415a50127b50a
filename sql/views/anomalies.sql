-- What is unusual, where, and is somebody looking at it?
-- Grain: one row per incident. store_id 0 and empty texts mean that the incident is not of one store,
-- product, category or till. Asked by: store managers, loss prevention, the anomalies screen.
-- Hours that stand out by their own history alone: sales_anomaly_detection.
create or replace view retail.anomalies
(
    incident_id UUID comment 'the incident',
    kind LowCardinality(String) comment 'spike, drop, silent_till, silent_store, price_error, unusual_returns, phantom_stock',
    severity LowCardinality(String) comment 'info, warning or critical',
    store_id UInt32 comment 'the store; 0: not of one store',
    product_id String comment 'the product; empty: not of one',
    category LowCardinality(String) comment 'the category; empty: not of one',
    register_id String comment 'the till; empty: not of one',
    started_at DateTime64(3, 'UTC') comment 'when it began',
    ended_at Nullable(DateTime64(3, 'UTC')) comment 'when it was over; null: it is not',
    detected_at DateTime64(3, 'UTC') comment 'when it was noticed',
    score Float64 comment 'how unusual: deviations from the expected',
    measure LowCardinality(String) comment 'what expected and observed are of',
    expected Nullable(Float64) comment 'what was to be expected',
    observed Nullable(Float64) comment 'what was measured',
    reason String comment 'why, in plain words',
    state LowCardinality(String) comment 'open, acknowledged or resolved',
    acknowledged_by String comment 'who looks at it; empty: nobody yet',
    acknowledged_at Nullable(DateTime64(3, 'UTC')) comment 'since when',
    note String comment 'what that person wrote'
)
definer = {{definer}} sql security definer
as
select
    incident_id,
    kind,
    severity,
    store_id,
    product_id,
    category,
    register_id,
    started_at,
    ended_at,
    detected_at,
    score,
    measure,
    expected,
    observed,
    reason,
    state,
    acknowledged_by,
    acknowledged_at,
    note
from retail_core.anomalies
final
