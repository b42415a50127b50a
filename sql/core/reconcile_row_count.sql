-- At how many log positions do the layers differ? Grain: one row, for the given stretches.
-- Asked by: the reconciliation, second pass, once enough differences are known in full.
select count() as differing
from
(
    select
        {{keys}}
    from
    (
        select
            true as is_speed,
            {{keys}},
            {{row_hash}} as row_hash
        from {{speed_side}}
        where {{speed_share}}
            and epoch = {epoch:UInt32}
            and {{bucket}} in {buckets:Array(UInt64)}
        union all
        select
            false as is_speed,
            {{keys}},
            {{row_hash}} as row_hash
        from retail_core.{{table}}_batch
        where generation = {generation:UInt32}
            and epoch = {epoch:UInt32}
            and {{bucket}} in {buckets:Array(UInt64)}
    )
    group by
        {{keys}}
    having countIf(is_speed) != countIf(not is_speed)
        or sumIf(row_hash, is_speed) != sumIf(row_hash, not is_speed)
)
format Native
