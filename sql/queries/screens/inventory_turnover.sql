-- How often does stock turn over, and what does it earn?
-- Grain: one row per category and currency. Who asks: the inventory page, the executive page.
-- Over the days of the period; costs and margins are of products whose unit_cost a product file says. Stock is that of
-- the days' ends. turnover is by the year: cost_of_sales x 365 / days / mean_stock_value. gmroi likewise with the margin.
-- An answer that took long may be kept.
-- Columns:
--   category String: from the product file; empty: not in one
--   currency String: ISO 4217; empty: a store that no store file knows
--   stock_days UInt64: days of the period with a snapshot of stock
--   cost_of_sales Decimal: net units sold x unit_cost
--   gross_margin Decimal: revenue less cost_of_sales
--   mean_stock_value Decimal?: mean over those days of units on hand x unit_cost; null: no snapshot
--   turnover Float64?: times a year that stock turns over; null: no stock
--   days_of_inventory Float64?: 365 / turnover; null: nothing is sold
--   gmroi Float64?: gross margin a year per amount in stock; null: no stock
-- Filters: from to category
with
    -- All products: with those of known cost alone, the engine joins the other way round, for 20 seconds.
    costs as
    (
        select
            listed.product_key as product_key,
            listed.product_id as product_id,
            listed.category as category,
            listed.unit_cost as unit_cost
        from retail.dim_product as listed
    ),
    sold as
    (
        select
            costs.category as category,
            ifNull(toString(stores.currency), '') as currency,
            assumeNotNull(sum(toDecimal128(days.units, 3) * costs.unit_cost)) as cost_of_sales,
            sumIf(days.revenue, isNotNull(costs.unit_cost)) as revenue
        from
        (
            select
                store_id,
                product_id,
                sum(net_units) as units,
                sum(product_days.revenue) as revenue
            from retail.product_sales_parts as product_days
            where business_date between {from_date:Date} and {to_date:Date}
                and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
            group by
                store_id,
                product_id
        ) as days
        inner join costs on costs.product_id = days.product_id
        left join retail.dim_store as stores on stores.store_id = days.store_id
        group by
            costs.category,
            stores.currency
        having countIf(isNotNull(costs.unit_cost)) > 0
    ),
    held as
    (
        select
            costs.category as category,
            ifNull(toString(stores.currency), '') as currency,
            assumeNotNull(sum(stock.units * costs.unit_cost)) as stock_value
        from
        (
            select
                store_key,
                product_key,
                sum(greatest(toDecimal128(quantity_on_hand, 3), 0)) as units
            from retail.fact_inventory
            where date_key between toYYYYMMDD({from_date:Date}) and toYYYYMMDD({to_date:Date})
                and ({all_stores:UInt8} = 1 or store_key in {stores:Array(UInt32)})
            group by
                store_key,
                product_key
        ) as stock
        inner join costs on costs.product_key = stock.product_key
        left join retail.dim_store as stores on stores.store_id = stock.store_key
        group by
            costs.category,
            stores.currency
        having countIf(isNotNull(costs.unit_cost)) > 0
    ),
    (
        select uniqExact(date_key)
        from retail.fact_inventory
        where date_key between toYYYYMMDD({from_date:Date}) and toYYYYMMDD({to_date:Date})
            and ({all_stores:UInt8} = 1 or store_key in {stores:Array(UInt32)})
    ) as snapshots
select
    sold.category as category,
    sold.currency as currency,
    ifNull(toUInt64(snapshots), 0) as stock_days,
    toDecimal128(sold.cost_of_sales, 7) as cost_of_sales,
    sold.revenue - toDecimal128(sold.cost_of_sales, 7) as gross_margin,
    if(stock_days = 0, null, toDecimal128(held.stock_value / stock_days, 7)) as mean_stock_value,
    if(
        mean_stock_value > 0,
        round(
            toFloat64(sold.cost_of_sales) * 365
                / ({to_date:Date} - {from_date:Date} + 1) / toFloat64(mean_stock_value),
            6
        ),
        null
    ) as turnover,
    if(turnover > 0, round(365 / turnover, 6), null) as days_of_inventory,
    if(
        mean_stock_value > 0,
        round(
            toFloat64(gross_margin) * 365
                / ({to_date:Date} - {from_date:Date} + 1) / toFloat64(mean_stock_value),
            6
        ),
        null
    ) as gmroi
from sold
left join held
    on held.category = sold.category
    and held.currency = sold.currency
where (empty({categories:Array(String)}) or sold.category in {categories:Array(String)})
order by
    cost_of_sales desc,
    category,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 1
