-- What do messages of supplier-shipments say of some orders? Their shipment_id is the order's number.
-- Grain: one row per order, store and product that a message names. Who asks: the books of orders. Units in thousandths.
select
    shipment_id as order_number,
    store_id,
    product_id,
    toInt64(sumIf(toDecimal128(quantity, 3), status = 'ANNOUNCED') * 1000) as announced,
    toInt64(sumIf(toDecimal128(quantity, 3), status = 'ARRIVED') * 1000) as arrived,
    toInt64(sumIf(toDecimal128(quantity, 3), status = 'SHORT') * 1000) as fell_short
from retail_core.supplier_shipments
where event_time >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    and shipment_id in {order_numbers:Array(String)}
group by
    order_number,
    store_id,
    product_id
order by
    order_number,
    store_id,
    product_id
