-- How does each category do in each store, month by month?
-- Grain: one row per store_id, category and month with events; month is its first day. Asked by: buyers,
-- executives (the category matrix).
-- The changes are relative; null where there is nothing, or nothing above 0, to compare with.
create or replace view retail.category_by_month
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    category LowCardinality(String) comment 'the category that the event says',
    month Date comment 'first day of the month',
    sales UInt64 comment 'number of sales (receipt lines)',
    net_units Decimal(38, 3) comment 'units_sold less units_returned',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue',
    revenue_return_rate Nullable(Float64) comment 'returned_revenue / gross_revenue',
    revenue_share Nullable(Float64) comment 'share of the store''s revenue of the month; null unless that is above 0',
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
            deltas.category as category,
            toStartOfMonth(deltas.business_date) as month,
            sum(deltas.sales) as sales,
            sum(deltas.units_sold) - sum(deltas.units_returned) as net_units,
            sum(deltas.gross_revenue) as gross_revenue,
            sum(deltas.returned_revenue) as returned_revenue,
            sum(deltas.gross_revenue) - sum(deltas.returned_revenue) as revenue
        from retail_core.daily_sales as deltas
        group by
            store_id,
            category,
            month
    ),
    earlier as
    (
        select
            store_id,
            category,
            month,
            toNullable(revenue) as revenue
        from months
    )
select
    months.store_id as store_id,
    months.category as category,
    months.month as month,
    months.sales as sales,
    months.net_units as net_units,
    months.revenue as revenue,
    if(
        months.gross_revenue = 0,
        null,
        round(toFloat64(months.returned_revenue) / toFloat64(months.gross_revenue), 6)
    ) as revenue_return_rate,
    if(
        sum(months.revenue) over store_months > 0,
        round(toFloat64(months.revenue) / toFloat64(sum(months.revenue) over store_months), 6),
        null
    ) as revenue_share,
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
    and month_before.category = months.category
    and addMonths(month_before.month, 1) = months.month
left join earlier as year_before
    on year_before.store_id = months.store_id
    and year_before.category = months.category
    and addMonths(year_before.month, 12) = months.month
window store_months as (partition by months.store_id, months.month)
-- Whatever the client sets.
settings join_use_nulls = 0
