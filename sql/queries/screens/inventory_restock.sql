-- What should be ordered first?
-- Grain: one row per store and product that its store's newest review would order, the most urgent first; of stores that
-- were reviewed in the week before. Who asks: the inventory page, the store manager's page.
-- Columns:
--   store_id UInt32: the store
--   product_id String: the product
--   product_name String: its name
--   review_date Date: the day of the decision
--   supplier String: who delivers it; empty: unknown
--   order_quantity Decimal: units to order
--   order_value Decimal?: order_quantity x unit_cost; null: cost unknown
--   currency String: ISO 4217; empty: a store that no store file knows
--   on_hand_units Decimal: units in the store
--   on_order_units Decimal: units ordered and not yet announced
--   in_transit_units Decimal: units announced and not yet arrived
--   stock_out_probability Float64?: probability of running out in the coming days, 0 to 1
--   order_by_date Date?: order no later than this; null: no hurry
--   expected_delivery_date Date?: when it would come
--   limited_by String: what held the quantity back; empty: nothing
--   reason String: why, in plain words
--   is_ordered UInt8: 1: an order holds it
--   generated_at DateTime: when it was computed
-- Filters: product
select
    wanted.store_id as store_id,
    wanted.product_id as product_id,
    if(names.product_name = '', wanted.product_id, names.product_name) as product_name,
    wanted.review_date as review_date,
    cast(wanted.supplier as String) as supplier,
    wanted.order_quantity as order_quantity,
    wanted.order_value as order_value,
    cast(stores.currency as String) as currency,
    wanted.on_hand_units as on_hand_units,
    wanted.on_order_units as on_order_units,
    wanted.in_transit_units as in_transit_units,
    wanted.stock_out_probability as stock_out_probability,
    wanted.order_by_date as order_by_date,
    wanted.expected_delivery_date as expected_delivery_date,
    cast(wanted.limited_by as String) as limited_by,
    wanted.reason as reason,
    wanted.is_ordered as is_ordered,
    wanted.generated_at as generated_at
from
(
    select *
    from retail.newest_proposals
    where order_quantity > 0
        and ({product:String} = '' or product_id = {product:String})
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    order by
        is_ordered,
        stock_out_probability desc nulls last,
        order_by_date nulls last,
        store_id,
        product_id
    limit {row_limit:UInt64} offset {row_offset:UInt64}
) as wanted
left join retail.product_names as names on names.product_id = wanted.product_id
left join retail.dim_store as stores on stores.store_id = wanted.store_id
order by
    is_ordered,
    stock_out_probability desc nulls last,
    order_by_date nulls last,
    store_id,
    product_id
