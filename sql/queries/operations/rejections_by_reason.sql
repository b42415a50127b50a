-- Why were messages not accepted lately, and how many?
-- Grain: one row per reason (dead letters and duplicates), the most frequent first. Times are UTC
-- microseconds of log time.
-- Who asks: the status page.
-- Parameters: since_us.
select
    cast(reason as String) as reason,
    count() as messages,
    toInt64(toUnixTimestamp64Micro(max(log_time))) as newest_us
from retail_core.rejections
-- A number: one shard hands an instant of so early a time to another as a text that none can read.
where toUnixTimestamp64Micro(log_time) >= {since_us:Int64}
group by
    reason
order by
    messages desc,
    reason
