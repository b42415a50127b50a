-- What is known of a product in each store?
-- Grain: one row per store that sold it in 13 weeks, or has stock of it that is known, or an order. Who asks: the product page.
-- An answer that took long may be kept.
-- Columns:
--   store_id UInt32: the store
--   store_name String: its name
--   product_id String: the product
--   product_name String: its name
--   category String: from the product file, else that of its last event
--   brand String: from the product file; empty: unknown
--   supplier String: who delivers it; empty: unknown
--   currency String: ISO 4217; empty: a store that no store file knows
--   on_hand_units Decimal?: units in the store; null: never counted nor received
--   on_order_units Decimal?: units ordered and not yet delivered
--   days_of_cover Float64?: null: nothing sells
--   stock_out_probability Float64?: probability of running out in the coming days, 0 to 1
--   reorder_point Float64?: order at this many units; null: not reviewed
--   unit_cost Decimal?: cost of one unit; null: not known
--   stock_value Decimal?: on_hand_units x unit_cost
--   abc_class String: A, B or C by revenue in the store; empty: not sold in 13 weeks
--   xyz_class String: X steady, Y varying, Z irregular; empty: no net units
--   revenue_13_weeks Decimal: sales less returns of 13 weeks
--   net_units_13_weeks Decimal: units of them
-- Filters: product!
with
    classes as
    (
        select
            store_id,
            abc_class,
            xyz_class,
            net_units,
            revenue
        from retail.abc_xyz
        where product_id = {product:String}
            and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    ),
    stock as
    (
        select
            store_id,
            if(is_known, held.on_hand_units, null) as on_hand_units,
            on_order_units,
            if(is_known, held.days_of_cover, null) as days_of_cover,
            stock_out_probability,
            reorder_point,
            if(is_known, held.stock_value, null) as stock_value
        from retail.inventory_by_store as held
        where product_id = {product:String}
            and (is_known or on_order_units != 0)
            and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    )
select
    places.store_id as store_id,
    ifNull(stores.store_name, '') as store_name,
    {product:String} as product_id,
    ifNull(products.product_name, '') as product_name,
    ifNull(products.category, '') as category,
    ifNull(cast(products.brand as Nullable(String)), '') as brand,
    ifNull(cast(products.supplier as Nullable(String)), '') as supplier,
    ifNull(cast(stores.currency as Nullable(String)), '') as currency,
    places.on_hand_units as on_hand_units,
    places.on_order_units as on_order_units,
    places.days_of_cover as days_of_cover,
    places.stock_out_probability as stock_out_probability,
    places.reorder_point as reorder_point,
    products.unit_cost as unit_cost,
    places.stock_value as stock_value,
    ifNull(places.abc_class, '') as abc_class,
    ifNull(places.xyz_class, '') as xyz_class,
    ifNull(places.revenue, 0) as revenue_13_weeks,
    ifNull(places.net_units, 0) as net_units_13_weeks
from
(
    -- Each is asked once: a name of `with` is asked as often as it is used.
    select
        assumeNotNull(ifNull(stock.store_id, classes.store_id)) as store_id,
        stock.on_hand_units as on_hand_units,
        stock.on_order_units as on_order_units,
        stock.days_of_cover as days_of_cover,
        stock.stock_out_probability as stock_out_probability,
        stock.reorder_point as reorder_point,
        stock.stock_value as stock_value,
        classes.abc_class as abc_class,
        classes.xyz_class as xyz_class,
        classes.revenue as revenue,
        classes.net_units as net_units
    from stock
    full outer join classes on classes.store_id = stock.store_id
) as places
left join retail.dim_store as stores on stores.store_id = places.store_id
cross join
(
    select
        any(product_name) as product_name,
        any(dim_product.category) as category,
        any(dim_product.brand) as brand,
        any(dim_product.supplier) as supplier,
        any(dim_product.unit_cost) as unit_cost
    from retail.dim_product
    where product_id = {product:String}
) as products
order by store_id
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 1
