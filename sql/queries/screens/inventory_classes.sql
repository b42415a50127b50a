-- How is revenue spread over steady and irregular products?
-- Grain: one row per ABC class, XYZ class and currency. Who asks: the ABC-XYZ matrix of the inventory page.
-- An answer that took long may be kept.
-- Columns:
--   abc_class String: A, B or C by revenue in the store
--   xyz_class String: X steady, Y varying, Z irregular; empty: no net units
--   currency String: ISO 4217; empty: a store that no store file knows
--   items UInt64: products in stores
--   net_units Decimal: net units of the 13 weeks
--   revenue Decimal: revenue of the 13 weeks
-- Filters: none
select
    classes.abc_class as abc_class,
    ifNull(classes.xyz_class, '') as xyz_class,
    cast(stores.currency as String) as currency,
    count() as items,
    sum(classes.net_units) as net_units,
    sum(classes.revenue) as revenue
from retail.abc_xyz as classes
left join retail.dim_store as stores on stores.store_id = classes.store_id
where ({all_stores:UInt8} = 1 or classes.store_id in {stores:Array(UInt32)})
group by
    classes.abc_class,
    classes.xyz_class,
    stores.currency
order by
    abc_class,
    xyz_class,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
