-- Of which category and brand is each product that was sold in a stretch of days?
-- Grain: one row per product_id. Who asks: training and prediction (pipelines/panel). The category is the
-- newest that its events have: the same in every store, and the one that sales are shown by.
select
    sales.product_id as product_id,
    cast(sales.category as String) as category,
    cast(products.brand as String) as brand
from
(
    select
        product_id,
        argMax(category, (business_date, category)) as category
    from retail_core.product_sales as days
    where days.business_date between {from:Date} and {to:Date}
        and days.sales > 0
    group by product_id
) as sales
left join
(
    select
        product_id,
        brand
    from retail_core.products
    final
) as products on products.product_id = sales.product_id
order by product_id
-- Whatever the client sets.
settings join_use_nulls = 0
