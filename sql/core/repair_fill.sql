-- What: recomputes a roll-up's deltas of one epoch from its speed rows, into the side table.
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
    {{columns_of_rows}}
from {{speed_rows}} as source
where source.epoch = {epoch:UInt32}
group by
    source.epoch,
    {{keys_of_rows}}
