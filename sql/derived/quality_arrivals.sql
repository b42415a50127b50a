-- What: in what state did the messages of one hour arrive, by log time? Into data_quality_results.
-- Grain: one row per topic and store; of schema_drift per topic, store 0, as what is no message names no store.
-- Run by: the job retail_data_quality.
-- late_share: later than the allowed lateness. duplicates: told again under an event_id that was there.
-- schema_drift: refused because fields are missing, unknown or of another type. A share up to the limit passes,
-- as do fewer than 5 messages; up to twice the limit it is a warning.
insert into retail_core.data_quality_results
(
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
)
with
    toDateTime({hour_s:Int64}, 'UTC') as hour,
    arrivals as
    (
        select
            topic,
            store_id,
            dateDiff('minute', event_time, log_time) > {allowed_lateness_minutes:UInt32} as is_late,
            '' as reason
        from retail_core.topic_messages
        where log_time >= hour
            and log_time < hour + interval 1 hour
        union all
        select
            -- As pipelines/ingest names the sources of dead letters.
            multiIf(
                log_topic != 'dead-letters',
                log_topic,
                source like 'http/%',
                splitByChar('/', source)[2],
                'retail_events'
            ),
            toUInt32(JSONExtractUInt(raw, 'store_id')),
            false,
            reason
        from retail_core.rejections
        where log_time >= hour
            and log_time < hour + interval 1 hour
    ),
    shares as
    (
        select
            'late_share' as check_name,
            topic,
            store_id,
            0.05 as share_limit,
            countIf(reason = '') as looked_at,
            countIf(is_late) as failed,
            'later than the allowed lateness' as fault
        from arrivals
        group by
            topic,
            store_id
        union all
        select
            'duplicates',
            topic,
            store_id,
            0.05,
            countIf(reason in ('', 'duplicate')),
            countIf(reason = 'duplicate'),
            'told before'
        from arrivals
        group by
            topic,
            store_id
        union all
        select
            'schema_drift',
            topic,
            0,
            0.01,
            count(),
            countIf(reason in ('missing_field', 'unknown_field', 'wrong_type', 'unknown_word', 'unknown_transaction_type')),
            'refused for their fields'
        from arrivals
        group by topic
    )
select
    hour as checked_hour,
    check_name,
    topic,
    store_id,
    multiIf(
        failed < 5 or observed <= share_limit,
        'pass',
        observed <= 2 * share_limit,
        'warn',
        'fail'
    ) as status,
    round(failed / looked_at, 6) as observed,
    null as expected_from,
    share_limit as expected_to,
    looked_at as row_count,
    failed as failed_rows,
    if(status = 'pass', '', format('{} of {} {}', toString(failed), toString(looked_at), fault)) as detail,
    fromUnixTimestamp64Milli({checked_at_ms:Int64}, 'UTC') as checked_at
from shares
where looked_at > 0
