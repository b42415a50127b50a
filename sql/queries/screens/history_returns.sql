-- What comes back, and how much of it?
-- Grain: one row per category, product and currency sold or returned in a period, the most returned first. Who asks: the
-- return-rate funnel and table.
-- An answer that took long may be kept.
-- Columns:
--   category String: the category that the event says
--   product_id String: the product
--   product_name String: its name
--   currency String: ISO 4217; empty: a store that no store file knows
--   sales UInt64: receipt lines sold
--   returns UInt64: receipt lines returned
--   units_sold Decimal: units sold
--   units_returned Decimal: units returned
--   gross_revenue Decimal: revenue of sales
--   returned_revenue Decimal: what returns took back
--   unit_return_rate Float64?: units_returned / units_sold; null: nothing was sold
--   revenue_return_rate Float64?: returned_revenue / gross_revenue; null: nothing was sold
-- Filters: from to category
select
    sold.category as category,
    sold.product_id as product_id,
    if(names.product_name = '', sold.product_id, names.product_name) as product_name,
    sold.currency as currency,
    sold.sales as sales,
    sold.returns as returns,
    sold.units_sold as units_sold,
    sold.units_returned as units_returned,
    sold.gross_revenue as gross_revenue,
    sold.returned_revenue as returned_revenue,
    if(
        sold.units_sold > 0,
        round(toFloat64(sold.units_returned) / toFloat64(sold.units_sold), 6),
        null
    ) as unit_return_rate,
    if(
        sold.gross_revenue > 0,
        round(toFloat64(sold.returned_revenue) / toFloat64(sold.gross_revenue), 6),
        null
    ) as revenue_return_rate
from
(
    select
        cast(days.category as String) as category,
        days.product_id as product_id,
        cast(stores.currency as String) as currency,
        sum(days.sales) as sales,
        sum(days.returns) as returns,
        sum(days.units_sold) as units_sold,
        sum(days.units_returned) as units_returned,
        sum(days.gross_revenue) as gross_revenue,
        sum(days.returned_revenue) as returned_revenue
    from retail.product_sales_parts as days
    left join retail.dim_store as stores on stores.store_id = days.store_id
    where days.business_date between {from_date:Date} and {to_date:Date}
        and ({all_stores:UInt8} = 1 or days.store_id in {stores:Array(UInt32)})
        and (empty({categories:Array(String)}) or days.category in {categories:Array(String)})
    group by
        days.category,
        days.product_id,
        stores.currency
    having sales + returns > 0
    order by
        returned_revenue desc,
        category,
        product_id,
        currency
    limit {row_limit:UInt64} offset {row_offset:UInt64}
) as sold
left join retail.product_names as names on names.product_id = sold.product_id
order by
    returned_revenue desc,
    category,
    product_id,
    currency
