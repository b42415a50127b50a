-- What: recomputes a roll-up's deltas of one epoch from its speed events, into the side table.
-- Grain: one row per key of the roll-up. Asked by: the repair after an unclean end.
insert into retail_core.{{table}}_repair
(
    epoch,
    flush_id,
    {{columns}}
)
select
    source.epoch,
    max(source.flush_id),
    {{columns_of_events}}
from retail_core.events_speed as source
where source.epoch = {epoch:UInt32}
group by
    source.epoch,
    {{keys_of_events}}
