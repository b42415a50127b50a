-- What has each category taken today?
-- Grain: one row per category and currency. Who asks: the real-time page.
-- An answer may be shared for half a second.
-- Columns:
--   category String: the category that the event says
--   currency String: ISO 4217; empty: a store that no store file knows
--   revenue Decimal: sales less returns
--   units Decimal: units sold less returned
--   sales UInt64: receipt lines sold
--   revenue_share Float64?: share of the revenue of its currency, 0 to 1; null unless that is above 0
-- Filters: category
select
    cast(days.category as String) as category,
    cast(stores.currency as String) as currency,
    sum(days.revenue) as revenue,
    sum(days.net_units) as units,
    sum(days.sales) as sales,
    if(
        sum(revenue) over (partition by currency) > 0,
        round(toFloat64(revenue) / toFloat64(sum(revenue) over (partition by currency)), 6),
        null
    ) as revenue_share
from retail.daily_sales_summary as days
left join retail.dim_store as stores on stores.store_id = days.store_id
where days.business_date = {today:Date}
    and ({all_stores:UInt8} = 1 or days.store_id in {stores:Array(UInt32)})
    and (empty({categories:Array(String)}) or days.category in {categories:Array(String)})
group by
    days.category,
    stores.currency
order by
    revenue desc,
    category,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
