-- What did each store take on each day, and what was it to take?
-- Grain: one row per store and business date with events. Who asks: the store heatmap of the executive page.
-- An answer that took long may be kept.
-- Columns:
--   store_id UInt32: the store
--   store_name String: its name
--   business_date Date: the store's calendar day
--   currency String: ISO 4217; empty: a store that no store file knows
--   revenue Decimal: sales less returns
--   sales UInt64: receipt lines sold
--   target_revenue Decimal?: what it was to take; null: no target
--   attainment Float64?: revenue / target_revenue; null: no target above 0
-- Filters: from to
select
    days.store_id as store_id,
    ifNull(stores.store_name, '') as store_name,
    days.business_date as business_date,
    ifNull(cast(stores.currency as Nullable(String)), '') as currency,
    days.revenue as revenue,
    days.sales as sales,
    targets.revenue as target_revenue,
    if(
        targets.revenue > 0,
        round(toFloat64(days.revenue) / toFloat64(targets.revenue), 6),
        null
    ) as attainment
from
(
    select
        store_id,
        business_date,
        sum(sold.revenue) as revenue,
        sum(sold.sales) as sales
    from retail.daily_sales_summary as sold
    where business_date between {from_date:Date} and {to_date:Date}
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    group by
        store_id,
        business_date
) as days
left join retail.dim_store as stores on stores.store_id = days.store_id
left join retail.sales_targets as targets
    on targets.store_id = days.store_id
    and targets.business_date = days.business_date
order by
    store_id,
    business_date
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 1
