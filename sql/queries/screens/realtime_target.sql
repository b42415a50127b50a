-- How far are today's targets reached?
-- Grain: one row per currency with a target for today. Who asks: the real-time page, the executive page.
-- An answer may be shared for half a second.
-- Columns:
--   currency String: ISO 4217; empty: a store that no store file knows
--   business_date Date: the newest business date, "today"
--   stores UInt64: stores with a target
--   target_revenue Decimal: what they are to take today
--   actual_revenue Decimal: what they took so far
--   attainment Float64?: actual_revenue / target_revenue; null for a target of 0
-- Filters: none
select
    cast(currency as String) as currency,
    {today:Date} as business_date,
    count() as stores,
    sum(toDecimal128(progress.target_revenue, 7)) as target_revenue,
    sum(progress.actual_revenue) as actual_revenue,
    if(
        target_revenue > 0,
        round(toFloat64(actual_revenue) / toFloat64(target_revenue), 6),
        null
    ) as attainment
from retail.sales_target_progress as progress
where progress.business_date = {today:Date}
    and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
group by currency
order by currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
