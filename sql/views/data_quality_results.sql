-- Can the data of each hour be trusted?
-- Grain: one row per checked_hour, check_name, topic and store_id; store_id 0 is the whole chain.
-- Asked by: operations, the data quality screen.
create or replace view retail.data_quality_results
(
    checked_hour DateTime('UTC') comment 'the hour that was checked',
    check_name LowCardinality(String) comment 'missing_stores, volume_drift, schema_drift, late_share, duplicates, nulls, ranges, stale_prices, model_drift',
    topic LowCardinality(String) comment 'topic of the log',
    store_id UInt32 comment 'the store; 0: the whole chain',
    status LowCardinality(String) comment 'pass, warn or fail',
    observed Nullable(Float64) comment 'what was measured',
    expected_from Nullable(Float64) comment 'least value that passes; null: none',
    expected_to Nullable(Float64) comment 'greatest value that passes; null: none',
    row_count UInt64 comment 'rows looked at',
    failed_rows UInt64 comment 'rows that broke the rule',
    detail String comment 'more about it, for people',
    checked_at DateTime64(3, 'UTC') comment 'when the check ran'
)
definer = {{definer}} sql security definer
as
select
    checked_hour,
    check_name,
    topic,
    store_id,
    status,
    observed,
    expected_from,
    expected_to,
    row_count,
    failed_rows,
    detail,
    checked_at
from retail_core.data_quality_results
final
