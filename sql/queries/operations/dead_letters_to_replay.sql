-- Which dead letters can be sent in again?
-- Grain: one row per dead letter, in the order of the log; left out are duplicates, and what has lost
-- its bytes (messages too long to be kept whole, records that are no dead letter).
-- Who asks: `shelfcast dead-letters replay`, page by page.
-- Parameters: reason (empty: every reason), from and to (UTC dates of arrival, both included), topic,
-- partition and offset (the last row of the page before), limit.
select
    cast(log_topic as String) as log_topic,
    log_partition,
    log_offset,
    cast(source as String) as source,
    raw
from retail.rejected_events
where reason not in ('duplicate', 'too_long', 'bad_dead_letter')
  and ({reason:String} = '' or reason = {reason:String})
  and toDate(log_time, 'UTC') between {from:Date} and {to:Date}
  and (log_topic, log_partition, log_offset) > ({topic:String}, {partition:UInt32}, {offset:Int64})
order by
    log_topic,
    log_partition,
    log_offset
limit {limit:UInt32}
