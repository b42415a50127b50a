-- What was announced to a store by one moment, had not arrived by then, and when was it expected?
-- Grain: one row per product and shipment with units neither arrived nor short, of the 90 days before. Who
-- asks: the review of stock. Units in thousandths, expected_ms in UTC milliseconds; 0: not said.
select
    product_id,
    shipment_id,
    toInt64(sum(if(status = 'ANNOUNCED', quantity, -quantity)) * 1000) as units,
    toInt64(max(toUnixTimestamp64Milli(expected_at))) as expected_ms
from retail_core.supplier_shipments
where store_id = {store_id:UInt32}
    and event_time >= fromUnixTimestamp64Milli({until_ms:Int64}) - interval 90 day
    and event_time < fromUnixTimestamp64Milli({until_ms:Int64})
group by
    product_id,
    shipment_id
having units > 0
order by
    product_id,
    expected_ms,
    units,
    shipment_id
