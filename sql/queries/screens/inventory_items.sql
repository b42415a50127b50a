-- Where does each product stand, and which run out?
-- Grain: one row per store and product that the stock ledger knows, the greatest risk first. Who asks: the inventory
-- page: on hand, low stock, over and under stock.
-- An answer that took long may be kept.
-- Columns:
--   store_id UInt32: the store
--   product_id String: the product
--   product_name String: its name; the product_id where no product file says more
--   category String: from the product file; empty: not in one
--   on_hand_units Decimal?: units in the store; null: never counted nor received, so not known
--   on_order_units Decimal: units ordered and not yet delivered
--   reserved_units Decimal: units promised to customers
--   available_units Decimal?: on_hand_units less reserved_units; null: not known
--   units_sold_per_day Float64?: units a day while open and in stock; null: not known
--   days_of_cover Float64?: available_units / units_sold_per_day; null: nothing sells, or stock is not known
--   stock_out_probability Float64?: probability of running out in the coming days, 0 to 1; null: not known
--   risk String: out (none left), high (80 % or more), medium (30 % or more), low or unknown (as stock is, or demand)
--   reorder_point Float64?: order at this many units; null: not reviewed
--   safety_stock Float64?: units held against uncertainty; null: not reviewed
--   is_below_reorder_point UInt8: 1: available and ordered units are below the reorder point
--   unit_cost Decimal?: cost of one unit; null: not known
--   stock_value Decimal?: on_hand_units x unit_cost; null: one of them is not known
--   currency String: ISO 4217; empty: a store that no store file knows
--   oldest_stock_days Int64?: age of the oldest unit in days; null: unknown
--   as_of DateTime: when the newest of its movements happened
-- Filters: category product risk
select
    stock.store_id as store_id,
    stock.product_id as product_id,
    if(stock.product_name = '', stock.product_id, stock.product_name) as product_name,
    cast(stock.category as String) as category,
    if(stock.is_known, stock.on_hand_units, null) as on_hand_units,
    stock.on_order_units as on_order_units,
    stock.reserved_units as reserved_units,
    if(stock.is_known, stock.available_units, null) as available_units,
    stock.units_sold_per_day as units_sold_per_day,
    if(stock.is_known, stock.days_of_cover, null) as days_of_cover,
    stock.stock_out_probability as stock_out_probability,
    multiIf(
        not stock.is_known, 'unknown',
        stock.on_hand_units <= 0, 'out',
        isNull(stock.stock_out_probability), 'unknown',
        stock.stock_out_probability >= 0.8, 'high',
        stock.stock_out_probability >= 0.3, 'medium',
        'low'
    ) as risk,
    stock.reorder_point as reorder_point,
    stock.safety_stock as safety_stock,
    toUInt8(
        stock.is_known
            and ifNull(toFloat64(stock.available_units + stock.on_order_units) < stock.reorder_point, 0)
    ) as is_below_reorder_point,
    stock.unit_cost as unit_cost,
    if(stock.is_known, stock.stock_value, null) as stock_value,
    cast(stores.currency as String) as currency,
    stock.oldest_stock_days as oldest_stock_days,
    stock.as_of as as_of
from retail.inventory_by_store as stock
left join retail.dim_store as stores on stores.store_id = stock.store_id
where ({all_stores:UInt8} = 1 or stock.store_id in {stores:Array(UInt32)})
    and (empty({categories:Array(String)}) or stock.category in {categories:Array(String)})
    and ({product:String} = '' or stock.product_id = {product:String})
    and ({risk:String} = '' or risk = {risk:String})
order by
    indexOf(['out', 'high', 'medium', 'low', 'unknown'], risk),
    stock_out_probability desc nulls last,
    store_id,
    product_id
limit {row_limit:UInt64} offset {row_offset:UInt64}
