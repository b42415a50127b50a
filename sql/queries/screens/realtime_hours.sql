-- What was taken in each hour of today, and in the same hour a week ago?
-- Grain: one row per hour of the stores' clocks and currency. Who asks: the real-time page.
-- An answer may be shared for half a second.
-- Columns:
--   hour_of_day UInt8: hour of the store's own clock, 0 to 23
--   currency String: ISO 4217; empty: a store that no store file knows
--   revenue Decimal: sales less returns, today
--   revenue_week_ago Decimal: the same seven days before, the whole hour
--   sales UInt64: receipt lines sold, today
--   sales_week_ago UInt64: the same seven days before
-- Filters: none
select
    toUInt8(
        formatDateTime(hours.hour_start, '%H', if(stores.time_zone = '', 'UTC', cast(stores.time_zone as String)))
    ) as hour_of_day,
    cast(stores.currency as String) as currency,
    sumIf(hours.revenue, hours.business_date = {today:Date}) as revenue,
    sumIf(hours.revenue, hours.business_date = {today:Date} - 7) as revenue_week_ago,
    sumIf(hours.sales, hours.business_date = {today:Date}) as sales,
    sumIf(hours.sales, hours.business_date = {today:Date} - 7) as sales_week_ago
from retail.hourly_sales_summary as hours
left join retail.dim_store as stores on stores.store_id = hours.store_id
where hours.business_date in ({today:Date}, {today:Date} - 7)
    and ({all_stores:UInt8} = 1 or hours.store_id in {stores:Array(UInt32)})
group by
    hour_of_day,
    stores.currency
order by
    hour_of_day,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
