-- What is known of one message that was not accepted?
-- Grain: one row, or none. Who asks: whoever inspects a dead letter, or sends it in again.
-- Parameters: topic, partition and offset, its place in the log.
select
    cast(reason as String) as reason,
    detail,
    cast(source as String) as source,
    raw
from retail.rejected_events
where log_topic = {topic:String}
  and log_partition = {partition:UInt32}
  and log_offset = {offset:Int64}
limit 1
