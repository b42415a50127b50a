-- What moved the stock of a product?
-- Grain: one row per movement that the stock ledger booked in a period, the newest first. Who asks: the product page.
-- An answer that took long may be kept.
-- Columns:
--   store_id UInt32: the store
--   event_time DateTime: when it happened
--   business_date Date: the store's calendar day
--   cause String: sale, return, receipt, count, correction or waste
--   quantity_units Decimal: units; negative when they left the store
--   on_hand_units Decimal?: units in the store after it
--   reference String: basket, shipment or count that it belongs to; empty: none
--   log_topic String: topic of the log
--   log_partition UInt32: partition of the log
--   log_offset Int64: place in the partition
-- Filters: from to product!
select
    moved.store_id as store_id,
    moved.event_time as event_time,
    moved.business_date as business_date,
    cast(moved.cause as String) as cause,
    moved.quantity_units as quantity_units,
    moved.on_hand_units as on_hand_units,
    moved.reference as reference,
    cast(moved.log_topic as String) as log_topic,
    moved.log_partition as log_partition,
    moved.log_offset as log_offset
from retail.stock_movements as moved
where moved.product_id = {product:String}
    and moved.business_date between {from_date:Date} and {to_date:Date}
    and ({all_stores:UInt8} = 1 or moved.store_id in {stores:Array(UInt32)})
order by
    event_time desc,
    log_topic,
    log_partition desc,
    log_offset desc
limit {row_limit:UInt64} offset {row_offset:UInt64}
