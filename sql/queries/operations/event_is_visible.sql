-- Can a reader see the event at that log position?
-- Grain: one row, the number of such events (0 or 1).
-- Who asks: `shelfcast demo --once` and the freshness benchmark.
-- Parameters: partition, offset.
select count()
from retail.retail_events_unified
where log_partition = {partition:UInt32}
  and log_offset = {offset:Int64}
