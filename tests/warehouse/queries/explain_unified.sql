-- Which partitions does the unified view read? Grain: one row per line of the plan.
explain indexes = 1
select sum(revenue)
from retail.retail_events_unified
where store_id = 3
