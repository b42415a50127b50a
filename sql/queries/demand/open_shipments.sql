-- Which deliveries are on their way, and when are they expected?
-- Grain: one row per store, product and shipment with units announced and neither arrived nor short, of the
-- last 90 days, and per order that is with a supplier and not announced. Who asks: the watch over stock. Units in
-- thousandths, expected_ms in UTC milliseconds (of an order: noon of its date); 0: not said.
select
    store_id,
    product_id,
    units,
    expected_ms
from
(
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
    union all
    select
        store_id,
        product_id,
        toInt64(uncounted_units * 1000) as units,
        if(expected_date = toDate(0), 0, toInt64(toUInt16(expected_date)) * 86400000 + 43200000) as expected_ms
    from retail_core.order_lines_open
    where units > 0
)
order by
    store_id,
    product_id,
    expected_ms
