-- Can the data be trusted: missing stores, late events, volumes, ranges?
-- Grain: one row per check, topic and store, as of its newest hour. Who asks: the data quality page.
-- Checks of the whole chain (store_id 0) are for those who see all stores.
-- Columns:
--   check_name String: missing_stores, volume_drift, schema_drift, late_share, duplicates, nulls, ranges, …
--   topic String: topic of the log
--   store_id UInt32: the store; 0: the whole chain
--   checked_hour DateTime: the hour that was checked
--   status String: pass, warn or fail
--   observed Float64?: what was measured
--   expected_from Float64?: least value that passes; null: none
--   expected_to Float64?: greatest value that passes; null: none
--   rows_checked UInt64: rows looked at
--   rows_failed UInt64: rows that broke the rule
--   detail String: more about it, for people
--   hours_failed UInt64: hours of the last 7 days in which it did not pass
-- Filters: none
select
    cast(checks.check_name as String) as check_name,
    cast(checks.topic as String) as topic,
    checks.store_id as store_id,
    max(checks.checked_hour) as checked_hour,
    argMax(cast(checks.status as String), checks.checked_hour) as status,
    argMax(tuple(checks.observed), checks.checked_hour).1 as observed,
    argMax(tuple(checks.expected_from), checks.checked_hour).1 as expected_from,
    argMax(tuple(checks.expected_to), checks.checked_hour).1 as expected_to,
    argMax(checks.row_count, checks.checked_hour) as rows_checked,
    argMax(checks.failed_rows, checks.checked_hour) as rows_failed,
    argMax(checks.detail, checks.checked_hour) as detail,
    countIf(checks.status != 'pass' and checks.checked_hour > {now:DateTime64(3, 'UTC')} - interval 7 day) as hours_failed
from retail.data_quality_results as checks
where ({all_stores:UInt8} = 1 or checks.store_id in {stores:Array(UInt32)})
group by
    checks.check_name,
    checks.topic,
    checks.store_id
order by
    indexOf(['fail', 'warn', 'pass'], status),
    check_name,
    topic,
    store_id
limit {row_limit:UInt64} offset {row_offset:UInt64}
