-- Which product is in which class?
-- Grain: one row per store and product with events in 13 weeks, the most revenue first. Who asks: the ABC-XYZ table.
-- An answer that took long may be kept.
-- Columns:
--   store_id UInt32: the store
--   product_id String: the product
--   product_name String: its name
--   category String: from the product file, else that of its last event
--   abc_class String: A, B or C by revenue in the store
--   xyz_class String: X steady, Y varying, Z irregular; empty: no net units
--   net_units Decimal: net units of the 13 weeks
--   revenue Decimal: revenue of the 13 weeks
--   revenue_share Float64?: share of the store's revenue, 0 to 1
--   coefficient_of_variation Float64?: of weekly net units; null: no net units
-- Filters: product
select
    classes.store_id as store_id,
    classes.product_id as product_id,
    if(names.product_name = '', classes.product_id, names.product_name) as product_name,
    names.category as category,
    classes.abc_class as abc_class,
    classes.xyz_class as xyz_class,
    classes.net_units as net_units,
    classes.revenue as revenue,
    classes.revenue_share as revenue_share,
    classes.coefficient_of_variation as coefficient_of_variation
from
(
    select
        store_id,
        product_id,
        abc_class,
        ifNull(xyz_class, '') as xyz_class,
        net_units,
        revenue,
        revenue_share,
        coefficient_of_variation
    from retail.abc_xyz
    where ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        and ({product:String} = '' or product_id = {product:String})
    order by
        revenue desc,
        store_id,
        product_id
    limit {row_limit:UInt64} offset {row_offset:UInt64}
) as classes
left join retail.dim_product as names on names.product_id = classes.product_id
order by
    revenue desc,
    store_id,
    product_id
