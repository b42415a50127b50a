-- How do a store's hours compare with the day before them and with a week ago?
-- Grain: one row per store_id, business_date, hour_start with events. Asked by: store managers.
-- moving_avg_24h is the mean revenue of the hours with events in the 24 hours before; the week-ago hour
-- is the same hour of the store's own clock. Null where there is nothing to compare with.
create or replace view retail.hourly_sales_trend
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
