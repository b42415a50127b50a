-- What was not accepted lately, and why?
-- Grain: one row per dead letter, newest first; duplicates are not dead letters.
-- Who asks: `shelfcast dead-letters list`.
-- Parameters: limit, reason (empty: every reason).
select
    log_time,
    reason,
    detail,
    source,
    log_topic,
    log_partition,
    log_offset,
    raw
from retail.rejected_events
where reason != 'duplicate'
  and ({reason:String} = '' or reason = {reason:String})
order by
    log_time desc,
    log_partition,
    log_offset desc
limit {limit:UInt32}
