-- Which business dates need a snapshot of stock, oldest first? Those that are over in every store and have
-- none, or one that was made before an epoch with messages of that date or an earlier one was closed (stock is
-- carried from date to date), or under another booking rule, or one of a release that did not say in which hours
-- shelves were empty. Left out are dates before which
-- the whole chain was silent for more than 28 days: between history of long ago and live receipts lie years.
-- Grain: one row per date, with the one that it stands on, and the version to write: 28 bits of last closed epoch, 34 of the second it was
-- asked, 2 of the rule. So the newest wins, and says what it has seen; where the clock has not moved on since
-- the last one, the version has. Asked by: pipelines/derive.
with
    (
        select argMax((sales_from, receipts_from), version)
        from retail_core.ledger_rules
    ) as rule,
    (rule.1 = 'sales-transactions') + 2 * (rule.2 = 'supplier-shipments') as rule_bits,
    (
        select max((generation, closed_epoch)).2
        from retail_core.manifest
    ) as closed_epoch,
    (
        select min(toDate(formatDateTime(materialize(fromUnixTimestamp({now_s:Int64})), '%F', toString(time_zone)))) - 1
        from retail_core.stores
        final
    ) as last_over,
    changes as
    (
        select
            business_date,
            max(epoch) as newest_epoch
        from
        (
            select
                business_date,
                epoch
            from retail_core.product_sales
            union all
            select
                business_date,
                epoch
            from retail_core.stock_days
        )
        group by business_date
    ),
    calendar as
    (
        select arrayJoin(
            arrayMap(
                day -> toDate(toUInt16(day)),
                range(toUInt32(min(business_date)), least(toUInt32(max(business_date)), toUInt32(ifNull(last_over, toDate(0)))) + 1)
            )
        ) as business_date
        from changes
        having count() > 0
    ),
    heard as
    (
        select
            calendar.business_date as business_date,
            changes.newest_epoch as newest_epoch,
            max(changes.business_date) over (order by calendar.business_date) as last_heard
        from calendar
        left join changes on changes.business_date = calendar.business_date
    ),
    snapshots as
    (
        select
            business_date,
            max(version) as made,
            argMax(isNull(stock_out_mask), version) as is_maskless
        from retail_core.inventory_daily
        group by business_date
    )
select
    business_date,
    previous_date,
    assumeNotNull(
        bitShiftLeft(toUInt64(ifNull(closed_epoch, 0)), 36)
            + 4 * greatest(
                toUInt64({now_s:Int64}),
                if(bitShiftRight(made, 36) = ifNull(closed_epoch, 0), bitAnd(bitShiftRight(made, 2), bitShiftLeft(toUInt64(1), 34) - 1) + 1, 0)
            )
            + rule_bits
    ) as version
from
(
    select
        heard.business_date as business_date,
        lagInFrame(heard.business_date, 1, heard.business_date - 1) over in_order as previous_date,
        max(heard.newest_epoch) over in_order as newest_epoch,
        snapshots.made as made,
        snapshots.is_maskless as is_maskless
    from heard
    left join snapshots on snapshots.business_date = heard.business_date
    where heard.business_date - heard.last_heard <= 28
    window in_order as (order by heard.business_date rows between unbounded preceding and current row)
)
where made = 0
    or is_maskless
    or newest_epoch > bitShiftRight(made, 36)
    or bitAnd(made, 3) != rule_bits
order by business_date
-- Whatever the client sets.
settings join_use_nulls = 0
