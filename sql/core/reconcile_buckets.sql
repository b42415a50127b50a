-- Do the layers hold the same rows? Grain: one row per stretch of 8,192 log offsets of a partition,
-- with row counts and the sum of row hashes of either layer. Asked by: the reconciliation, first.
select
    bucket,
    countIf(is_speed) as speed_rows,
    countIf(not is_speed) as batch_rows,
    sumIf(row_hash, is_speed) as speed_hash,
    sumIf(row_hash, not is_speed) as batch_hash
from
(
    select
        true as is_speed,
        {{bucket}} as bucket,
        {{row_hash}} as row_hash
    from {{speed_side}}
    where {{speed_share}}
        and epoch = {epoch:UInt32}
    union all
    select
        false as is_speed,
        {{bucket}} as bucket,
        {{row_hash}} as row_hash
    from retail_core.{{table}}_batch
    where generation = {generation:UInt32}
        and epoch = {epoch:UInt32}
)
group by
    bucket
order by
    bucket
format Native
