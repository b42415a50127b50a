-- How many events can a reader see? Grain: one row.
-- Who asks: the benchmarks, until the number is the one that was sent in.
select count()
from retail.retail_events_unified
