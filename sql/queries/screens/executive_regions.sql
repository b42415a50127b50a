-- How do the regions do over a period?
-- Grain: one row per country, region and currency. Who asks: the region map of the executive page.
-- An answer that took long may be kept.
-- Columns:
--   country String: two letters or English name; empty: unknown
--   region String: part of the country; empty: unknown
--   currency String: ISO 4217; empty: a store that no store file knows
--   stores UInt64: stores with events in the period
--   latitude Float64: mean of its stores, degrees north
--   longitude Float64: mean of its stores, degrees east
--   revenue Decimal: sales less returns
--   revenue_before Decimal: the same of as many days before
--   revenue_change Float64?: relative change; null: nothing above 0 to compare with
--   sales UInt64: receipt lines sold
-- Filters: from to category
select
    stores.country as country,
    stores.region as region,
    cast(stores.currency as String) as currency,
    countIf(sold.sales > 0) as stores,
    round(avg(stores.latitude), 6) as latitude,
    round(avg(stores.longitude), 6) as longitude,
    sum(sold.revenue) as revenue,
    sum(sold.revenue_before) as revenue_before,
    if(
        sum(sold.revenue_before) > 0,
        round(
            toFloat64(sum(sold.revenue) - sum(sold.revenue_before)) / toFloat64(sum(sold.revenue_before)),
            6
        ),
        null
    ) as revenue_change,
    sum(sold.sales) as sales
from
(
    select
        store_id,
        sumIf(days.revenue, business_date >= {from_date:Date}) as revenue,
        sumIf(days.revenue, business_date < {from_date:Date}) as revenue_before,
        sumIf(days.sales, business_date >= {from_date:Date}) as sales
    from retail.daily_sales_summary as days
    where business_date > {from_date:Date} - ({to_date:Date} - {from_date:Date} + 2)
        and business_date <= {to_date:Date}
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        and (empty({categories:Array(String)}) or category in {categories:Array(String)})
    group by store_id
) as sold
left join retail.dim_store as stores on stores.store_id = sold.store_id
group by
    stores.country,
    stores.region,
    stores.currency
order by
    revenue desc,
    country,
    region,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
