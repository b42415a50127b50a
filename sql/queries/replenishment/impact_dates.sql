-- Of which days is it not yet known what ordering earned, oldest first?
-- Grain: one row per business date of the newest 28 with a snapshot of stock that was never measured, or
-- before the snapshot was made again. Who asks: the job that measures it.
with snapshots as
(
    select
        business_date,
        -- The version says in which second it was asked for; see queries/stock/snapshot_dates.sql.
        max(bitAnd(bitShiftRight(version, 2), bitShiftLeft(toUInt64(1), 34) - 1)) as made_s
    from retail_core.inventory_daily
    group by business_date
    order by business_date desc
    limit 28
)
select snapshots.business_date as business_date
from snapshots
left join
(
    select
        business_date,
        toUnixTimestamp(min(measured_at)) as measured_s
    from
    (
        select
            business_date,
            store_id,
            max(computed_at) as measured_at
        from retail_core.business_impact_daily
        group by
            business_date,
            store_id
    )
    group by business_date
) as measured on measured.business_date = snapshots.business_date
where measured.measured_s < snapshots.made_s
order by business_date
-- Whatever the client sets.
settings join_use_nulls = 0
