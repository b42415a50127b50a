-- Which products took most in a period?
-- Grain: one row per product and currency, the most revenue first. Who asks: the historical page, the executive top 10.
-- An answer that took long may be kept.
-- Columns:
--   product_id String: the product
--   product_name String: its name
--   category String: the category that the newest of these events says
--   currency String: ISO 4217; empty: a store that no store file knows
--   revenue Decimal: sales less returns
--   revenue_before Decimal: the same of as many days before
--   revenue_change Float64?: relative change; null: nothing above 0 to compare with
--   units Decimal: units sold less returned
--   sales UInt64: receipt lines sold
--   stores UInt64: stores that sold it
-- Filters: from to category
select
    sold.product_id as product_id,
    if(names.product_name = '', sold.product_id, names.product_name) as product_name,
    sold.category as category,
    sold.currency as currency,
    sold.revenue as revenue,
    sold.revenue_before as revenue_before,
    if(
        sold.revenue_before > 0,
        round(toFloat64(sold.revenue - sold.revenue_before) / toFloat64(sold.revenue_before), 6),
        null
    ) as revenue_change,
    sold.units as units,
    sold.sales as sales,
    sold.stores as stores
from
(
    select
        days.product_id as product_id,
        argMax(cast(days.category as String), days.last_event_time) as category,
        cast(stores.currency as String) as currency,
        sumIf(days.revenue, days.business_date >= {from_date:Date}) as revenue,
        sumIf(days.revenue, days.business_date < {from_date:Date}) as revenue_before,
        sumIf(days.net_units, days.business_date >= {from_date:Date}) as units,
        sumIf(days.sales, days.business_date >= {from_date:Date}) as sales,
        uniqExactIf(days.store_id, days.business_date >= {from_date:Date}) as stores
    from retail.product_sales_parts as days
    left join retail.dim_store as stores on stores.store_id = days.store_id
    where days.business_date > {from_date:Date} - ({to_date:Date} - {from_date:Date} + 2)
        and days.business_date <= {to_date:Date}
        and ({all_stores:UInt8} = 1 or days.store_id in {stores:Array(UInt32)})
        and (empty({categories:Array(String)}) or days.category in {categories:Array(String)})
    group by
        days.product_id,
        stores.currency
    order by
        revenue desc,
        product_id,
        currency
    limit {row_limit:UInt64} offset {row_offset:UInt64}
) as sold
left join retail.product_names as names on names.product_id = sold.product_id
order by
    revenue desc,
    product_id,
    currency
