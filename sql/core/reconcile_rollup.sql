-- At which keys of some stores do the layers' sums differ? Grain: one row per differing key, up to a
-- limit.
-- Asked by: the reconciliation of roll-ups.
select
    {{key_text}} as key,
    if(speed_rows = 0, '', {{speed_text}}) as speed,
    if(batch_rows = 0, '', {{batch_text}}) as batch
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
where (speed_rows > 0) != (batch_rows > 0)
    or {{speed_tuple}} != {{batch_tuple}}
order by
    {{keys}}
limit {max_differences:UInt64}
format Native
