-- At which log positions do the layers differ? Grain: one row per differing position of the given
-- stretches. Asked by: the reconciliation, second pass, while differences are still wanted in full.
select
    {{key_text}} as key,
    concat(if(speed_rows > 1, concat('rows=', toString(speed_rows), ' '), ''), speed_text) as speed,
    concat(if(batch_rows > 1, concat('rows=', toString(batch_rows), ' '), ''), batch_text) as batch
from
(
    select
        {{keys}},
        countIf(is_speed) as speed_rows,
        countIf(not is_speed) as batch_rows,
        sumIf(row_hash, is_speed) as speed_hash,
        sumIf(row_hash, not is_speed) as batch_hash,
        anyIf(payload_text, is_speed) as speed_text,
        anyIf(payload_text, not is_speed) as batch_text
    from
    (
        select
            true as is_speed,
            {{keys}},
            {{row_hash}} as row_hash,
            {{payload_text}} as payload_text
        from {{speed_side}}
        where {{speed_share}}
            and epoch = {epoch:UInt32}
            and {{bucket}} in {buckets:Array(UInt64)}
        union all
        select
            false as is_speed,
            {{keys}},
            {{row_hash}} as row_hash,
            {{payload_text}} as payload_text
        from retail_core.{{table}}_batch
        where generation = {generation:UInt32}
            and epoch = {epoch:UInt32}
            and {{bucket}} in {buckets:Array(UInt64)}
    )
    group by
        {{keys}}
)
where speed_rows != batch_rows
    or speed_hash != batch_hash
order by
    {{keys}}
format Native
