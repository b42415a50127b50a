-- How many rows of a roll-up do the layers have, store by store? Grain: one row per store_id, in order.
-- Asked by: the reconciliation, to compare a few stores at a time: all keys at once do not fit memory.
select
    store_id,
    count() as row_count
from
(
    select store_id
    from {{speed_side}}
    where {{speed_share}}
        and epoch = {epoch:UInt32}
    union all
    select store_id
    from retail_core.{{table}}_batch
    where generation = {generation:UInt32}
        and epoch = {epoch:UInt32}
)
group by
    store_id
order by
    store_id
format Native
