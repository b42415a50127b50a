-- How fresh is each layer's picture of each store?
-- Grain: one row per layer and store with events, the batch layer first. Times are UTC milliseconds.
-- Who asks: the status page.
select
    deltas.layer as layer,
    deltas.store_id as store_id,
    any(stores.store_code) as store_code,
    any(stores.name) as store_name,
    toInt64(toUnixTimestamp64Milli(toDateTime64(max(deltas.last_event_time), 3, 'UTC')))
        as last_event_ms
from retail_core.daily_sales as deltas
left join retail_core.stores as stores final on stores.store_id = deltas.store_id
group by
    deltas.layer,
    deltas.store_id
order by
    layer,
    store_id
