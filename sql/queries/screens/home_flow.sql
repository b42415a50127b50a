-- How many messages of tills arrived in each of the last sixty minutes, and how long were they under way?
-- Grain: one row per minute of log time with events. Who asks: the home page's picture of the data flow.
-- Columns:
--   minute DateTime: start of the minute in which the log took them, UTC
--   events UInt64: events taken
--   stores UInt64: stores that sent them
--   median_delay_s Float64: from event to log, seconds; below 0: clocks disagree
--   longest_delay_s Float64: the longest of them, seconds
--   late_events UInt64: events more than an hour old when they came
-- Filters: none
select
    toStartOfMinute(toDateTime(log_time, 'UTC')) as minute,
    count() as events,
    uniqExact(store_id) as stores,
    round(medianExact(dateDiff('millisecond', event_time, log_time)) / 1000, 3) as median_delay_s,
    round(max(dateDiff('millisecond', event_time, log_time)) / 1000, 3) as longest_delay_s,
    countIf(log_time > event_time + interval 1 hour) as late_events
from retail.retail_events_realtime
where log_time > {now:DateTime64(3, 'UTC')} - interval 60 minute
    and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
group by minute
order by minute
limit {row_limit:UInt64} offset {row_offset:UInt64}
