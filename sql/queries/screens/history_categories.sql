-- What did each category take month by month?
-- Grain: one row per month, category and currency. Who asks: the category matrix.
-- An answer that took long may be kept.
-- Columns:
--   month Date: first day of the month; days outside from and to are not in it
--   category String: the category that the event says
--   currency String: ISO 4217; empty: a store that no store file knows
--   revenue Decimal: sales less returns
--   returned_revenue Decimal: what returns took back
--   sales UInt64: receipt lines sold
--   units Decimal: units sold less returned
--   revenue_share Float64?: share of the month's revenue of its currency; null unless that is above 0
-- Filters: from to category
select
    toStartOfMonth(days.business_date) as month,
    cast(days.category as String) as category,
    cast(stores.currency as String) as currency,
    sum(days.revenue) as revenue,
    sum(days.returned_revenue) as returned_revenue,
    sum(days.sales) as sales,
    sum(days.net_units) as units,
    if(
        sum(revenue) over (partition by month, currency) > 0,
        round(toFloat64(revenue) / toFloat64(sum(revenue) over (partition by month, currency)), 6),
        null
    ) as revenue_share
from retail.daily_sales_summary as days
left join retail.dim_store as stores on stores.store_id = days.store_id
where days.business_date between {from_date:Date} and {to_date:Date}
    and ({all_stores:UInt8} = 1 or days.store_id in {stores:Array(UInt32)})
    and (empty({categories:Array(String)}) or days.category in {categories:Array(String)})
group by
    month,
    days.category,
    stores.currency
order by
    month,
    revenue desc,
    category,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
