-- What was taken today so far, and by the same moment of the same day a week ago?
-- Grain: one row per currency. Who asks: the home page, the store manager's page.
-- Columns:
--   currency String: ISO 4217; empty: a store that no store file knows
--   business_date Date: the newest business date, "today"
--   stores UInt64: stores with events today
--   revenue Decimal: sales less returns, today
--   revenue_week_ago Decimal: the same of seven days before, up to each store's newest event of today
--   revenue_change Float64?: relative change; null: nothing above 0 to compare with
--   revenue_yesterday Decimal: the whole day before
--   sales UInt64: receipt lines sold, today
--   sales_week_ago UInt64: the same of seven days before
--   units Decimal: units sold less returned, today
--   units_week_ago Decimal: the same of seven days before
--   last_event_time DateTime?: the newest event of today
-- Filters: none
select
    cast(stores.currency as String) as currency,
    {today:Date} as business_date,
    uniqExactIf(hours.store_id, hours.business_date = {today:Date}) as stores,
    sumIf(hours.revenue, hours.business_date = {today:Date}) as revenue,
    sumIf(hours.revenue, is_comparable) as revenue_week_ago,
    if(
        revenue_week_ago > 0,
        round(toFloat64(revenue - revenue_week_ago) / toFloat64(revenue_week_ago), 6),
        null
    ) as revenue_change,
    sumIf(hours.revenue, hours.business_date = {today:Date} - 1) as revenue_yesterday,
    sumIf(hours.sales, hours.business_date = {today:Date}) as sales,
    sumIf(hours.sales, is_comparable) as sales_week_ago,
    sumIf(hours.net_units, hours.business_date = {today:Date}) as units,
    sumIf(hours.net_units, is_comparable) as units_week_ago,
    nullIf(
        maxIf(hours.last_event_time, hours.business_date = {today:Date}),
        toDateTime64(0, 3, 'UTC')
    ) as last_event_time
from
(
    select
        store_id,
        business_date,
        sales,
        net_units,
        revenue,
        last_event_time,
        maxIf(hour_start, business_date = {today:Date}) over (partition by store_id) as newest_hour,
        business_date = {today:Date} - 7
            and hour_start + interval 7 day < newest_hour as is_comparable
    from retail.hourly_sales_summary
    where business_date in ({today:Date}, {today:Date} - 1, {today:Date} - 7)
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    union all
    -- The hour that is under way holds a whole one of a week ago up to the same moment only.
    select
        events.store_id as store_id,
        {today:Date} - 7 as business_date,
        toUInt64(events.transaction_type = 'SALE') as sales,
        multiIf(
            events.transaction_type = 'SALE', toDecimal128(events.quantity, 3),
            events.transaction_type = 'RETURN', -toDecimal128(events.quantity, 3),
            0
        ) as net_units,
        events.revenue as revenue,
        toDateTime64(0, 3, 'UTC') as last_event_time,
        newest.hour_start as newest_hour,
        toUInt8(1) as is_comparable
    from retail.retail_events_unified as events
    inner join
    (
        select
            store_id,
            max(hour_start) as hour_start,
            max(last_event_time) as event_time
        from retail.hourly_sales_summary
        where business_date = {today:Date}
            and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        group by store_id
    ) as newest on newest.store_id = events.store_id
    where events.business_date = {today:Date} - 7
        and events.event_time > toDateTime64({today:Date} - 8, 3, 'UTC')
        and events.event_time >= newest.hour_start - interval 7 day
        and events.event_time <= newest.event_time - interval 7 day
        and ({all_stores:UInt8} = 1 or events.store_id in {stores:Array(UInt32)})
) as hours
left join retail.dim_store as stores on stores.store_id = hours.store_id
group by stores.currency
order by currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 0
