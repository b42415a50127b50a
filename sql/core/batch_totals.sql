-- What do the batch rows of an epoch add up to? Grain: one row. revenue is net, over all currencies.
-- Asked by: the close of a contribution to the lake, which states its sums.
select
    {{event_count}} as events,
    {{revenue_sum}} as revenue
from retail_core.{{table}}_batch
where generation = {generation:UInt32}
    and epoch = {epoch:UInt32}
format Native
