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
where log_time >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC')
group by
    reason
order by
    messages desc,
    reason
