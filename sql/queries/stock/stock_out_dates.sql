-- Of which business dates are the hours without stock to be derived, oldest first? Those whose snapshot of
-- stock was made, or made again, since they last were.
-- Grain: one row per date, with the version to write: the snapshot's.
-- Asked by: pipelines/derive, after the snapshots.
select
    business_date,
    snapshot_version as version
from
(
    select
        business_date,
        max(version) as snapshot_version
    from retail_core.inventory_daily
    group by business_date
) as snapshots
left join
(
    select
        business_date,
        max(version) as made
    from retail_core.stock_out_days
    group by business_date
) as derived on derived.business_date = snapshots.business_date
where derived.made < snapshot_version
order by business_date
-- Whatever the client sets.
settings join_use_nulls = 0
