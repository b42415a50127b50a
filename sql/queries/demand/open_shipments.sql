-- Which deliveries are on their way, and when are they expected?
-- Grain: one row per store, product and shipment with units announced and neither arrived nor short, of the
-- last 90 days. Who asks: the watch over stock. Units in thousandths, expected_ms in UTC milliseconds; 0: not said.
select
    store_id,
    product_id,
    toInt64(sum(if(status = 'ANNOUNCED', quantity, -quantity)) * 1000) as units,
    toInt64(max(toUnixTimestamp64Milli(expected_at))) as expected_ms
from retail_core.supplier_shipments
where event_time >= {now:DateTime('UTC')} - interval 90 day
group by
    store_id,
    product_id,
    shipment_id
having units > 0
order by
    store_id,
    product_id,
    expected_ms
