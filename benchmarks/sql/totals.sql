-- How many events are there, and what do they sum to, exactly? Grain: one row.
-- Who asks: the benchmarks, which compare it with what they generated.
select
    count() as events,
    sum(revenue) as revenue
from retail.retail_events_unified
