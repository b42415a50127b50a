-- What: recomputes a roll-up's deltas of one epoch from its speed events, into the side table.
-- Grain: one row per key of the roll-up. Asked by: the repair after an unclean end.
insert into retail_core.{{table}}_repair
(
    epoch,
    flush_id,
    {{keys}},
    events,
    sales,
    returns,
    restocks,
    units_sold,
    units_returned,
    units_restocked,
    gross_revenue,
    returned_revenue,
    last_event_time
)
select
    source.epoch,
    max(source.flush_id),
    {{source_keys}},
    count(),
    countIf(source.transaction_type = 'SALE'),
    countIf(source.transaction_type = 'RETURN'),
    countIf(source.transaction_type = 'RESTOCK'),
    sumIf(source.quantity, source.transaction_type = 'SALE'),
    sumIf(source.quantity, source.transaction_type = 'RETURN'),
    sumIf(source.quantity, source.transaction_type = 'RESTOCK'),
    sumIf(source.revenue, source.transaction_type = 'SALE'),
    -sumIf(source.revenue, source.transaction_type = 'RETURN'),
    max(source.event_time)
from retail_core.events_speed as source
where source.epoch = {epoch:UInt32}
group by
    source.epoch,
    {{source_keys}}
