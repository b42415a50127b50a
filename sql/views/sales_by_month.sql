-- How does each month compare with the one before and with the same month of the year before?
-- Grain: one row per store_id and month with events; month is its first day. Asked by: executives, BI tools.
-- The changes are relative; null where there is nothing, or nothing above 0, to compare with.
create or replace view retail.sales_by_month
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    month Date comment 'first day of the month',
    trading_days UInt64 comment 'business dates with any event',
    sales UInt64 comment 'number of sales (receipt lines)',
    returns UInt64 comment 'number of returns',
    net_units Decimal(38, 3) comment 'units_sold less units_returned',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue',
    revenue_month_before Nullable(Decimal(38, 7)) comment 'revenue of the month before; null: no events then',
    month_over_month Nullable(Float64) comment 'change to the month before, relative (0.1 is 10 % more)',
    revenue_year_before Nullable(Decimal(38, 7)) comment 'revenue of the same period a year before; null: no events then',
    year_over_year Nullable(Float64) comment 'change to the year before, relative'
)
definer = {{definer}} sql security definer
as
with
    months as
    (
        select
            deltas.store_id as store_id,
            toStartOfMonth(deltas.business_date) as month,
            uniqExact(deltas.business_date) as trading_days,
            sum(deltas.sales) as sales,
            sum(deltas.returns) as returns,
            sum(deltas.units_sold) - sum(deltas.units_returned) as net_units,
            sum(deltas.gross_revenue) - sum(deltas.returned_revenue) as revenue
        from retail_core.daily_sales as deltas
        group by
            store_id,
            month
    ),
    earlier as
    (
        select
            store_id,
            month,
            toNullable(revenue) as revenue
        from months
    )
select
    months.store_id as store_id,
    months.month as month,
    months.trading_days as trading_days,
    months.sales as sales,
    months.returns as returns,
    months.net_units as net_units,
    months.revenue as revenue,
    month_before.revenue as revenue_month_before,
    if(
        month_before.revenue > 0,
        round(toFloat64(months.revenue - month_before.revenue) / toFloat64(month_before.revenue), 6),
        null
    ) as month_over_month,
    year_before.revenue as revenue_year_before,
    if(
        year_before.revenue > 0,
        round(toFloat64(months.revenue - year_before.revenue) / toFloat64(year_before.revenue), 6),
        null
    ) as year_over_year
from months
left join earlier as month_before
    on month_before.store_id = months.store_id
    and addMonths(month_before.month, 1) = months.month
left join earlier as year_before
    on year_before.store_id = months.store_id
    and addMonths(year_before.month, 12) = months.month
-- Whatever the client sets.
settings join_use_nulls = 0
