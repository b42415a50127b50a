-- Where is which store, and what has it taken today?
-- Grain: one row per store. Who asks: the real-time page's map, the executive page.
-- An answer may be shared for half a second.
-- Columns:
--   store_id UInt32: the store
--   store_code String: the chain's own name of the store
--   store_name String: the name people use
--   city String: where it is
--   region String: part of the country; empty: unknown
--   country String: two letters or English name; empty: unknown
--   latitude Float64: degrees north
--   longitude Float64: degrees east
--   currency String: ISO 4217
--   time_zone String: IANA name
--   revenue Decimal: sales less returns, today
--   revenue_week_ago Decimal: the same seven days before, the whole day
--   sales UInt64: receipt lines sold, today
--   target_revenue Decimal?: what it is to take today; null: no target
--   attainment Float64?: revenue / target_revenue; null: no target above 0
--   last_event_time DateTime?: its newest event of today or a week ago; null: none
-- Filters: none
select
    stores.store_id as store_id,
    stores.store_code as store_code,
    stores.store_name as store_name,
    stores.city as city,
    stores.region as region,
    stores.country as country,
    stores.latitude as latitude,
    stores.longitude as longitude,
    cast(stores.currency as String) as currency,
    cast(stores.time_zone as String) as time_zone,
    ifNull(sold.revenue, 0) as revenue,
    ifNull(sold.revenue_week_ago, 0) as revenue_week_ago,
    ifNull(sold.sales, 0) as sales,
    targets.target_revenue as target_revenue,
    if(
        targets.target_revenue > 0,
        round(toFloat64(revenue) / toFloat64(targets.target_revenue), 6),
        null
    ) as attainment,
    sold.last_event_time as last_event_time
from retail.dim_store as stores
left join
(
    select
        store_id,
        sumIf(days.revenue, business_date = {today:Date}) as revenue,
        sumIf(days.revenue, business_date = {today:Date} - 7) as revenue_week_ago,
        sumIf(days.sales, business_date = {today:Date}) as sales,
        max(days.last_event_time) as last_event_time
    from retail.daily_sales_summary as days
    where business_date in ({today:Date}, {today:Date} - 7)
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    group by store_id
) as sold on sold.store_id = stores.store_id
left join
(
    select
        store_id,
        revenue as target_revenue
    from retail.sales_targets
    where business_date = {today:Date}
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
) as targets on targets.store_id = stores.store_id
where ({all_stores:UInt8} = 1 or stores.store_id in {stores:Array(UInt32)})
order by
    revenue desc,
    store_id
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 1
