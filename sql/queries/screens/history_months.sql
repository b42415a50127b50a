-- How does each month compare with the one before and with the year before?
-- Grain: one row per month and currency. Who asks: the historical page.
-- Months are whole, whatever the dates. What a month or a year before took is told for stores that sold in both.
-- An answer that took long may be kept.
-- Columns:
--   month Date: first day of the month
--   currency String: ISO 4217; empty: a store that no store file knows
--   trading_days UInt64: most business dates with events of any store
--   revenue Decimal: sales less returns
--   sales UInt64: receipt lines sold
--   revenue_month_before Decimal?: of the month before; null: no events then
--   month_over_month Float64?: relative change; null: nothing above 0 to compare with
--   revenue_year_before Decimal?: of the same period a year before; null: no events then
--   year_over_year Float64?: relative change; null: nothing above 0 to compare with
-- Filters: from to
select
    months.month as month,
    cast(stores.currency as String) as currency,
    max(months.trading_days) as trading_days,
    sum(months.revenue) as revenue,
    sum(months.sales) as sales,
    sum(months.revenue_month_before) as revenue_month_before,
    if(
        revenue_month_before > 0,
        round(
            toFloat64(sumIf(months.revenue, isNotNull(months.revenue_month_before)) - revenue_month_before)
                / toFloat64(revenue_month_before),
            6
        ),
        null
    ) as month_over_month,
    sum(months.revenue_year_before) as revenue_year_before,
    if(
        revenue_year_before > 0,
        round(
            toFloat64(sumIf(months.revenue, isNotNull(months.revenue_year_before)) - revenue_year_before)
                / toFloat64(revenue_year_before),
            6
        ),
        null
    ) as year_over_year
from retail.sales_by_month as months
left join retail.dim_store as stores on stores.store_id = months.store_id
where months.month between toStartOfMonth({from_date:Date}) and {to_date:Date}
    and ({all_stores:UInt8} = 1 or months.store_id in {stores:Array(UInt32)})
group by
    months.month,
    stores.currency
order by
    month,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
