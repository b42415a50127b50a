-- When in the week and in the year does a category sell more than usual?
-- Grain: one row per store_id, category, pattern ('day_of_week' or 'month') and period (1 is Monday or
-- January) in which the store traded and sold the category. Asked by: buyers, planners.
-- A day counts when the store had any event, so that a day without the category counts as none of it. An
-- index of 1.2 is 20 % more a day than the category's mean over all days; null where that mean is not above 0.
create or replace view retail.seasonal_sales_index
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    category LowCardinality(String) comment 'the category that the event says',
    pattern String comment 'day_of_week or month',
    period UInt8 comment '1 is Monday or January',
    trading_days UInt64 comment 'the store''s business dates with any event in the period',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue',
    revenue_per_day Float64 comment 'revenue / trading_days',
    sales_index Nullable(Float64) comment 'revenue_per_day / mean revenue of a trading day; 1 is usual'
)
definer = {{definer}} sql security definer
as
select
    sold.store_id as store_id,
    sold.category as category,
    sold.pattern as pattern,
    sold.period as period,
    trading.days as trading_days,
    sold.revenue as revenue,
    round(toFloat64(sold.revenue) / trading.days, 6) as revenue_per_day,
    if(
        sum(sold.revenue) over patterns > 0,
        round(
            (toFloat64(sold.revenue) / trading.days)
                / (toFloat64(sum(sold.revenue) over patterns) / trading.all_days),
            6
        ),
        null
    ) as sales_index
from
(
    select
        deltas.store_id as store_id,
        deltas.category as category,
        arrayJoin(
            [
                ('day_of_week', toDayOfWeek(deltas.business_date)),
                ('month', toMonth(deltas.business_date))
            ]
        ) as slot,
        slot.1 as pattern,
        slot.2 as period,
        sum(deltas.gross_revenue) - sum(deltas.returned_revenue) as revenue
    from retail_core.daily_sales as deltas
    group by
        store_id,
        category,
        slot
) as sold
inner join
(
    select
        store_id,
        slot.1 as pattern,
        slot.2 as period,
        count() as days,
        sum(days) over (partition by store_id, pattern) as all_days
    from
    (
        select
            deltas.store_id as store_id,
            arrayJoin(
                [
                    ('day_of_week', toDayOfWeek(deltas.business_date)),
                    ('month', toMonth(deltas.business_date))
                ]
            ) as slot
        from retail_core.daily_sales as deltas
        group by
            deltas.store_id,
            deltas.business_date
    )
    group by
        store_id,
        slot
) as trading
    on trading.store_id = sold.store_id
    and trading.pattern = sold.pattern
    and trading.period = sold.period
window patterns as (partition by sold.store_id, sold.category, sold.pattern)
-- Whatever the client sets.
settings join_use_nulls = 0
