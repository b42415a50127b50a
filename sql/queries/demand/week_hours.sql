-- How do the sales of each store spread over the hours of its week?
-- Grain: one row per store, weekday (Monday 1) and hour of its clock with sales in the 28 business dates
-- before today (the store's). Who asks: the forecaster from velocity. open_days, first_date: on
-- how many of those dates it sold anything, and since when.
with sold as
(
    select
        hours.store_id as store_id,
        hours.business_date as business_date,
        hours.hour_of_day as hour_of_day,
        hours.sales as sales
    from retail_core.store_hours as hours
    inner join
    (
        select
            store_id,
            if(empty(time_zone), 'UTC', toString(time_zone)) as zone,
            toDate(formatDateTime({now:DateTime('UTC')}, '%Y-%m-%d', zone)) as today
        from retail_core.stores
        final
    ) as todays on todays.store_id = hours.store_id
    where hours.sales > 0
        and hours.business_date < todays.today
        and hours.business_date >= todays.today - 28
        and hours.business_date >= toDate({now:DateTime('UTC')}) - 30
)
select
    sold.store_id as store_id,
    toUInt8(toDayOfWeek(sold.business_date)) as weekday,
    sold.hour_of_day as hour,
    toInt64(sum(sold.sales)) as sales,
    toInt64(any(opened.open_days)) as open_days,
    toInt64(any(opened.first_date)) as first_date
from sold
inner join
(
    select
        store_id,
        uniqExact(business_date) as open_days,
        toUInt16(min(business_date)) as first_date
    from sold
    group by store_id
) as opened on opened.store_id = sold.store_id
group by
    store_id,
    weekday,
    hour
order by
    store_id,
    weekday,
    hour
