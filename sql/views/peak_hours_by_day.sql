-- At which hours of which weekday does a store sell most?
-- Grain: one row per store_id, day_of_week, hour_of_day with events; both on the store's own clock.
-- Asked by: staffing, store managers.
-- The averages are per business date of that weekday on which the store had any event, so that an hour
-- without sales counts as none. day_of_week is 1 for Monday.
create or replace view retail.peak_hours_by_day
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    day_of_week UInt8 comment '1 is Monday, 7 is Sunday',
    hour_of_day UInt8 comment 'hour of the store''s own clock, 0 to 23',
    trading_days UInt64 comment 'business dates of that weekday with any event',
    sales UInt64 comment 'number of sales (receipt lines)',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue',
    sales_per_day Float64 comment 'sales / trading_days',
    revenue_per_day Float64 comment 'revenue / trading_days',
    revenue_rank UInt64 comment '1 is the best hour of that weekday'
)
definer = {{definer}} sql security definer
as
select
    hours.store_id as store_id,
    hours.day_of_week as day_of_week,
    hours.hour_of_day as hour_of_day,
    any(trading.days) as trading_days,
    sum(hours.sales) as sales,
    sum(hours.revenue) as revenue,
    round(toFloat64(sum(hours.sales)) / any(trading.days), 6) as sales_per_day,
    round(toFloat64(sum(hours.revenue)) / any(trading.days), 6) as revenue_per_day,
    rank() over (
        partition by hours.store_id, hours.day_of_week
        order by sum(hours.revenue) desc
    ) as revenue_rank
from
(
    select
        store_id,
        toDayOfWeek(business_date) as day_of_week,
        hour_of_day,
        sales,
        revenue
    from retail_core.store_hours
) as hours
inner join
(
    select
        store_id,
        toDayOfWeek(business_date) as day_of_week,
        uniqExact(business_date) as days
    from retail_core.store_hours
    group by
        store_id,
        day_of_week
) as trading
    on trading.store_id = hours.store_id
    and trading.day_of_week = hours.day_of_week
group by
    hours.store_id,
    hours.day_of_week,
    hours.hour_of_day
-- Whatever the client sets.
settings join_use_nulls = 0
