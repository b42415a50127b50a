-- Which messages were not accepted?
-- Grain: one row per dead letter or duplicate that the log took in a period, the newest first. Who asks: the data quality
-- page, to inspect and replay.
-- What was not accepted belongs to no store: whoever sees some stores only gets no rows.
-- Columns:
--   log_time DateTime: when the log had it durably
--   reason String: duplicate, or why it is a dead letter
--   detail String: what was wrong, with the value
--   source String: the way it came: http, import …
--   log_topic String: topic of the log
--   log_partition UInt32: partition of the log
--   log_offset Int64: place in the partition
--   event_id String: the sender's id; empty: it gave none
--   raw String: the first 2000 characters of the bytes as they came, what is no UTF-8 replaced
--   raw_bytes UInt64: how many bytes came
-- Filters: from to reason
select
    toDateTime64(letters.log_time, 3, 'UTC') as log_time,
    cast(letters.reason as String) as reason,
    letters.detail as detail,
    cast(letters.source as String) as source,
    cast(letters.log_topic as String) as log_topic,
    letters.log_partition as log_partition,
    letters.log_offset as log_offset,
    ifNull(toString(letters.event_id), '') as event_id,
    substringUTF8(toValidUTF8(letters.raw), 1, 2000) as raw,
    length(letters.raw) as raw_bytes
from retail.rejected_events as letters
where toDate(letters.log_time) between {log_from:Date} and {log_to:Date}
    and ({reason:String} = '' or letters.reason = {reason:String})
    and ({all_stores:UInt8} = 1 or 0 in {stores:Array(UInt32)})
order by
    letters.log_time desc,
    log_topic,
    log_partition,
    log_offset
limit {row_limit:UInt64} offset {row_offset:UInt64}
