-- Which categories may be chosen?
-- Grain: one row per category that was sold in the last 13 weeks. Who asks: the category filter of every page.
-- Columns:
--   category String: the category that the event says
--   sales UInt64: receipt lines sold in that time
--   last_date Date: the newest business date with events
-- Filters: none
select
    cast(days.category as String) as category,
    sum(days.sales) as sales,
    max(days.business_date) as last_date
from retail.daily_sales_summary as days
where days.business_date > {today:Date} - 91
    and ({all_stores:UInt8} = 1 or days.store_id in {stores:Array(UInt32)})
group by days.category
order by category
limit {row_limit:UInt64} offset {row_offset:UInt64}
