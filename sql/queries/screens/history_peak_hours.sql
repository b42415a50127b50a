-- At which hours of which weekday is most sold?
-- Grain: one row per weekday, hour of the stores' clocks and currency. Who asks: the peak hours heatmap.
-- An answer that took long may be kept.
-- Columns:
--   day_of_week UInt8: 1 is Monday, 7 is Sunday
--   hour_of_day UInt8: hour of the store's own clock, 0 to 23
--   currency String: ISO 4217; empty: a store that no store file knows
--   trading_days UInt64: business dates of the period with events in that hour
--   revenue Decimal: sales less returns
--   sales UInt64: receipt lines sold
--   revenue_per_day Float64: revenue / trading_days
-- Filters: from to
select
    toDayOfWeek(hours.business_date) as day_of_week,
    toUInt8(
        formatDateTime(hours.hour_start, '%H', if(stores.time_zone = '', 'UTC', cast(stores.time_zone as String)))
    ) as hour_of_day,
    cast(stores.currency as String) as currency,
    uniqExact(hours.business_date) as trading_days,
    sum(hours.revenue) as revenue,
    sum(hours.sales) as sales,
    round(toFloat64(sum(hours.revenue)) / trading_days, 6) as revenue_per_day
from retail.hourly_sales_summary as hours
left join retail.dim_store as stores on stores.store_id = hours.store_id
where hours.business_date between {from_date:Date} and {to_date:Date}
    and ({all_stores:UInt8} = 1 or hours.store_id in {stores:Array(UInt32)})
group by
    day_of_week,
    hour_of_day,
    stores.currency
order by
    day_of_week,
    hour_of_day,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
