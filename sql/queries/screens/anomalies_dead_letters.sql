-- How many messages were not accepted, and why?
-- Grain: one row per reason and way of coming, of messages that the log took in a period. Who asks: the data quality page.
-- What was not accepted belongs to no store: whoever sees some stores only gets no rows.
-- Columns:
--   reason String: duplicate, or why it is a dead letter
--   source String: the way it came: http, import …
--   messages UInt64: how many
--   first_at DateTime: when the log took the first
--   last_at DateTime: when the log took the last
-- Filters: from to
select
    cast(letters.reason as String) as reason,
    cast(letters.source as String) as source,
    count() as messages,
    toDateTime64(min(letters.log_time), 3, 'UTC') as first_at,
    toDateTime64(max(letters.log_time), 3, 'UTC') as last_at
from retail.rejected_events as letters
where toDate(letters.log_time) between {log_from:Date} and {log_to:Date}
    and ({all_stores:UInt8} = 1 or 0 in {stores:Array(UInt32)})
group by
    letters.reason,
    letters.source
order by
    messages desc,
    reason,
    source
limit {row_limit:UInt64} offset {row_offset:UInt64}
