-- How do a store's hours compare with the day before them and with a week ago?
-- Grain: one row per store_id, business_date, hour_start with events. Asked by: store managers.
-- moving_avg_24h is the mean revenue of the hours with events in the 24 hours before; the week-ago hour
-- is the same hour of the store's own clock. Null where there is nothing to compare with.
create or replace view retail.hourly_sales_trend
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    business_date Date comment 'the store''s calendar day',
    hour_start DateTime('UTC') comment 'start of the store''s hour',
    hour_of_day UInt8 comment 'hour of the store''s own clock, 0 to 23',
    sales UInt64 comment 'number of sales (receipt lines)',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue',
    moving_avg_24h Nullable(Float64) comment 'mean revenue of the hours with events in the 24 hours before; null: there is none',
    revenue_week_ago Nullable(Decimal(38, 7)) comment 'revenue of the same hour of the store clock 7 days before; null: no events then',
    change_to_week_ago Nullable(Float64) comment 'relative change to it; null where there is nothing to compare with'
)
definer = {{definer}} sql security definer
as
select
    hours.store_id as store_id,
    hours.business_date as business_date,
    hours.hour_start as hour_start,
    hours.hour_of_day as hour_of_day,
    hours.sales as sales,
    hours.revenue as revenue,
    if(
        count() over before = 0,
        null,
        round(toFloat64(sum(hours.revenue) over before) / (count() over before), 6)
    ) as moving_avg_24h,
    week_ago.revenue as revenue_week_ago,
    if(
        week_ago.revenue = 0,
        null,
        round(toFloat64(hours.revenue - week_ago.revenue) / abs(toFloat64(week_ago.revenue)), 6)
    ) as change_to_week_ago
from retail_core.store_hours as hours
left join
(
    select
        hours.store_id as store_id,
        hours.business_date + 7 as business_date,
        hours.hour_of_day as hour_of_day,
        toNullable(sum(hours.revenue)) as revenue
    from retail_core.store_hours as hours
    group by
        hours.store_id,
        hours.business_date,
        hours.hour_of_day
) as week_ago
    on week_ago.store_id = hours.store_id
    and week_ago.business_date = hours.business_date
    and week_ago.hour_of_day = hours.hour_of_day
window before as
(
    partition by hours.store_id
    order by hours.hour_start
    range between 86400 preceding and 1 preceding
)
-- Whatever the client sets.
settings join_use_nulls = 0
