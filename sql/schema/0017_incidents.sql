-- What: what somebody should look at: anomalies, products about to run out, data of doubtful quality.
-- Engine: ReplacingMergeTree (read with final): an incident is written again when its state changes, and
-- the greatest version holds. Retention: for ever.

-- Grain: one row per incident_id.
create table if not exists retail_core.anomalies
(
    incident_id UUID,
    kind LowCardinality(String),
    severity LowCardinality(String),
    store_id UInt32,
    product_id String,
    category LowCardinality(String),
    register_id String,
    started_at DateTime64(3, 'UTC'),
    ended_at Nullable(DateTime64(3, 'UTC')),
    detected_at DateTime64(3, 'UTC'),
    score Float64,
    measure LowCardinality(String),
    expected Nullable(Float64),
    observed Nullable(Float64),
    reason String,
    state LowCardinality(String),
    acknowledged_by String,
    acknowledged_at Nullable(DateTime64(3, 'UTC')),
    note String,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by incident_id
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- Grain: one row per alert_id, which is one incident of a store and product.
create table if not exists retail_core.restock_alerts
(
    alert_id UUID,
    store_id UInt32,
    product_id String,
    raised_at DateTime64(3, 'UTC'),
    recovered_at Nullable(DateTime64(3, 'UTC')),
    state LowCardinality(String),
    stock_out_probability Float64,
    horizon_days Float64,
    expected_stock_out_at Nullable(DateTime64(3, 'UTC')),
    on_hand_units Decimal(18, 3),
    on_order_units Decimal(18, 3),
    units_sold_per_day Nullable(Float64),
    reason String,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by alert_id
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- Grain: one row per check_name, topic, store_id and checked_hour; store_id 0 is the whole chain.
create table if not exists retail_core.data_quality_results
(
    checked_hour DateTime('UTC'),
    check_name LowCardinality(String),
    topic LowCardinality(String),
    store_id UInt32,
    status LowCardinality(String),
    observed Nullable(Float64),
    expected_from Nullable(Float64),
    expected_to Nullable(Float64),
    row_count UInt64,
    failed_rows UInt64,
    detail String,
    checked_at DateTime64(3, 'UTC')
)
engine = ReplacingMergeTree(checked_at)
order by (checked_hour, check_name, topic, store_id)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
