-- How many keys of some stores does each layer have, and at how many do they differ? Grain: one row,
-- with an order-free hash of the batch side. Asked by: the reconciliation of roll-ups.
select
    countIf(speed_rows > 0) as speed_keys,
    countIf(batch_rows > 0) as batch_keys,
    countIf(
        (speed_rows > 0) != (batch_rows > 0)
        or {{speed_tuple}} != {{batch_tuple}}
    ) as differing,
    sumIf(cityHash64({{keys}}, {{batch_names}}), batch_rows > 0) as batch_hash
from
(
    select
        {{keys}},
        countIf(is_speed) as speed_rows,
        countIf(not is_speed) as batch_rows,
        {{speed_measures}},
        {{batch_measures}}
    from
    (
        select
            true as is_speed,
            {{keys}},
            {{measures}}
        from {{speed_side}}
        where {{speed_share}}
            and epoch = {epoch:UInt32}
            and store_id between {first_store:UInt32} and {last_store:UInt32}
        union all
        select
            false as is_speed,
            {{keys}},
            {{measures}}
        from retail_core.{{table}}_batch
        where generation = {generation:UInt32}
            and epoch = {epoch:UInt32}
            and store_id between {first_store:UInt32} and {last_store:UInt32}
    )
    group by
        {{keys}}
)
format Native
