-- What: did each store send as much as usual in one hour, by event time? Into data_quality_results.
-- Grain: one row per topic and store. Run by: the job retail_data_quality.
-- Usual is the median of the same hour of the four weeks before (a UTC hour: after a change of the clock it is
-- another one of the store's for four weeks). A store is expected where it sent in three of the four.
-- missing_stores: nothing at all. volume_drift, where something came: between a quarter and four times the
-- median, and four standard deviations of a Poisson count where those are wider.
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
    hours as
    (
        select
            topic,
            store_id,
            countIf(event_time >= hour) as messages,
            arrayMap(
                week -> countEqual(groupArrayIf(intDiv(dateDiff('hour', event_time, hour), 168), event_time < hour), week),
                [1, 2, 3, 4]
            ) as earlier
        from retail_core.topic_messages
        where event_time >= hour - interval 28 day
            and event_time < hour + interval 1 hour
            and toStartOfHour(event_time) in (
                hour,
                hour - interval 7 day,
                hour - interval 14 day,
                hour - interval 21 day,
                hour - interval 28 day
            )
        group by
            topic,
            store_id
    ),
    usual as
    (
        select
            *,
            arrayReduce('median', earlier) as median,
            greatest(0, floor(median - greatest(0.75 * median, 4 * sqrt(median)))) as least_messages,
            ceil(median + greatest(3 * median, 4 * sqrt(median))) as most_messages
        from hours
        where arrayCount(messages_then -> messages_then > 0, earlier) >= 3
    )
select
    hour as checked_hour,
    'missing_stores' as check_name,
    topic,
    store_id,
    if(messages = 0, 'fail', 'pass') as status,
    messages as observed,
    1 as expected_from,
    null as expected_to,
    messages as row_count,
    toUInt64(messages = 0) as failed_rows,
    if(messages = 0, format('nothing came, usually {} in this hour', toString(median)), '') as detail,
    fromUnixTimestamp64Milli({checked_at_ms:Int64}, 'UTC') as checked_at
from usual
union all
select
    hour,
    'volume_drift',
    topic,
    store_id,
    if(messages < least_messages or messages > most_messages, 'fail', 'pass') as verdict,
    messages,
    least_messages,
    most_messages,
    messages,
    0,
    if(verdict = 'fail', format('{} came, usually {} in this hour', toString(messages), toString(median)), ''),
    fromUnixTimestamp64Milli({checked_at_ms:Int64}, 'UTC')
from usual
where messages > 0
