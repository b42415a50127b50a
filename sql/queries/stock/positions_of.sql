-- Where do these products stand, in each of these stores? Units in thousandths, times in UTC milliseconds.
-- Grain: one row per store and product that anything is known of. Who asks: the live stock, after counts
-- that came late.
select
    store_id,
    product_id,
    toInt64(on_hand_units * 1000) as on_hand,
    toInt64(on_order_units * 1000) as on_order,
    toInt64(reserved_units * 1000) as reserved,
    toInt64(toUnixTimestamp64Milli(last_counted_at)) as last_count_ms,
    toInt64(last_count_units * 1000) as last_count,
    toInt64(toUnixTimestamp64Milli(last_event_time)) as last_event_ms,
    toUInt8(is_known) as is_known
from retail_core.stock
where store_id in {store_ids:Array(UInt32)}
    and product_id in {product_ids:Array(String)}
