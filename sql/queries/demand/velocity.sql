-- How much of each product does each store sell on an open day, and how much does that vary?
-- Grain: one row per store and product with a sale in the 28 business dates before today (the store's).
-- Who asks: the forecaster from velocity. Units are thousandths; their squares, units squared.
-- A product is looked at from its first sale on. Hours without stock are no days on which it could sell:
-- lost_days, from the daily snapshots, are taken off.
with
    todays as
    (
        select
            store_id,
            if(empty(time_zone), 'UTC', toString(time_zone)) as zone,
            toDate(formatDateTime({now:DateTime('UTC')}, '%Y-%m-%d', zone)) as today
        from retail_core.stores
        final
    ),
    open_dates as
    (
        select
            daily.store_id as store_id,
            groupUniqArray(daily.business_date) as dates
        from retail_core.daily_sales as daily
        inner join todays on todays.store_id = daily.store_id
        where daily.sales > 0
            and daily.business_date < todays.today
            and daily.business_date >= todays.today - 28
            and daily.business_date >= toDate({now:DateTime('UTC')}) - 30
        group by daily.store_id
    ),
    sold as
    (
        select
            store_id,
            product_id,
            sum(units) as all_units,
            sum(units * units) as all_squares,
            min(business_date) as first_date
        from
        (
            select
                days.store_id as store_id,
                days.product_id as product_id,
                days.business_date as business_date,
                sum(toFloat64(days.units_sold)) as units
            from retail_core.product_sales as days
            inner join todays on todays.store_id = days.store_id
            where days.business_date < todays.today
                and days.business_date >= todays.today - 28
                and days.business_date >= toDate({now:DateTime('UTC')}) - 30
            group by
                store_id,
                product_id,
                business_date
            having units > 0
        )
        group by
            store_id,
            product_id
    ),
    older as
    (
        select distinct
            store_id,
            product_id
        from retail_core.product_months
        where sales > 0
            and month < toStartOfMonth(toDate({now:DateTime('UTC')}) - 28)
    ),
    lost as
    (
        select
            snapshots.store_id as store_id,
            snapshots.product_id as product_id,
            sum(least(1, snapshots.stock_out_hours / hours.open_hours)) as lost_days
        from
        (
            select *
            from retail_core.inventory_daily
            final
            where stock_out_hours > 0
                and business_date >= toDate({now:DateTime('UTC')}) - 30
        ) as snapshots
        inner join todays on todays.store_id = snapshots.store_id
        inner join
        (
            select
                store_id,
                business_date,
                uniqExact(hour_start) as open_hours
            from retail_core.hourly_sales
            where sales > 0
                and business_date >= toDate({now:DateTime('UTC')}) - 30
            group by
                store_id,
                business_date
        ) as hours
            on hours.store_id = snapshots.store_id
            and hours.business_date = snapshots.business_date
        where snapshots.business_date < todays.today
            and snapshots.business_date >= todays.today - 28
        group by
            store_id,
            product_id
    )
select
    sold.store_id as store_id,
    sold.product_id as product_id,
    toUInt32(if(
        older.store_id > 0,
        length(open_dates.dates),
        arrayCount(date -> date >= sold.first_date, open_dates.dates)
    )) as open_days,
    toInt64(round(lost.lost_days * 1000)) as lost_day_thousandths,
    toInt64(round(sold.all_units * 1000)) as units,
    toInt64(round(sold.all_squares * 1000)) as squares
from sold
inner join open_dates on open_dates.store_id = sold.store_id
left join older
    on older.store_id = sold.store_id
    and older.product_id = sold.product_id
left join lost
    on lost.store_id = sold.store_id
    and lost.product_id = sold.product_id
order by
    store_id,
    product_id
settings join_use_nulls = 0
