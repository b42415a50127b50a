-- How does each week compare with the one before and with the same week of the year before?
-- Grain: one row per store_id and week with events; week is its Monday. Asked by: store managers,
-- executives.
-- The year before is 52 weeks earlier, so that weekdays match. The changes are relative; null where there
-- is nothing, or nothing above 0, to compare with. The current week is compared as far as it has come.
create or replace view retail.sales_by_week
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    week Date comment 'its Monday',
    trading_days UInt64 comment 'business dates with any event',
    sales UInt64 comment 'number of sales (receipt lines)',
    returns UInt64 comment 'number of returns',
    net_units Decimal(38, 3) comment 'units_sold less units_returned',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue',
    revenue_week_before Nullable(Decimal(38, 7)) comment 'revenue of the week before; null: no events then',
    week_over_week Nullable(Float64) comment 'change to the week before, relative',
    revenue_year_before Nullable(Decimal(38, 7)) comment 'revenue of 52 weeks before; null: no events then',
    year_over_year Nullable(Float64) comment 'change to the year before, relative'
)
definer = {{definer}} sql security definer
as
with
    weeks as
    (
        select
            deltas.store_id as store_id,
            toMonday(deltas.business_date) as week,
            uniqExact(deltas.business_date) as trading_days,
            sum(deltas.sales) as sales,
            sum(deltas.returns) as returns,
            sum(deltas.units_sold) - sum(deltas.units_returned) as net_units,
            sum(deltas.gross_revenue) - sum(deltas.returned_revenue) as revenue
        from retail_core.daily_sales as deltas
        group by
            store_id,
            week
    ),
    earlier as
    (
        select
            store_id,
            week,
            toNullable(revenue) as revenue
        from weeks
    )
select
    weeks.store_id as store_id,
    weeks.week as week,
    weeks.trading_days as trading_days,
    weeks.sales as sales,
    weeks.returns as returns,
    weeks.net_units as net_units,
    weeks.revenue as revenue,
    week_before.revenue as revenue_week_before,
    if(
        week_before.revenue > 0,
        round(toFloat64(weeks.revenue - week_before.revenue) / toFloat64(week_before.revenue), 6),
        null
    ) as week_over_week,
    year_before.revenue as revenue_year_before,
    if(
        year_before.revenue > 0,
        round(toFloat64(weeks.revenue - year_before.revenue) / toFloat64(year_before.revenue), 6),
        null
    ) as year_over_year
from weeks
left join earlier as week_before
    on week_before.store_id = weeks.store_id
    and week_before.week + 7 = weeks.week
left join earlier as year_before
    on year_before.store_id = weeks.store_id
    and year_before.week + 364 = weeks.week
-- Whatever the client sets.
settings join_use_nulls = 0
