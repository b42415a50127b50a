-- What was taken day by day?
-- Grain: one row per business date and currency. Who asks: trends, the calendar, the executive page.
-- An answer that took long may be kept.
-- Columns:
--   business_date Date: the stores' calendar day
--   currency String: ISO 4217; empty: a store that no store file knows
--   stores UInt64: stores with events
--   revenue Decimal: sales less returns
--   gross_revenue Decimal: revenue of sales
--   returned_revenue Decimal: what returns took back
--   sales UInt64: receipt lines sold
--   returns UInt64: receipt lines returned
--   units Decimal: units sold less returned
-- Filters: from to category
select
    days.business_date as business_date,
    cast(stores.currency as String) as currency,
    uniqExact(days.store_id) as stores,
    sum(days.revenue) as revenue,
    sum(days.gross_revenue) as gross_revenue,
    sum(days.returned_revenue) as returned_revenue,
    sum(days.sales) as sales,
    sum(days.returns) as returns,
    sum(days.net_units) as units
from retail.daily_sales_summary as days
left join retail.dim_store as stores on stores.store_id = days.store_id
where days.business_date between {from_date:Date} and {to_date:Date}
    and ({all_stores:UInt8} = 1 or days.store_id in {stores:Array(UInt32)})
    and (empty({categories:Array(String)}) or days.category in {categories:Array(String)})
group by
    days.business_date,
    stores.currency
order by
    business_date,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
