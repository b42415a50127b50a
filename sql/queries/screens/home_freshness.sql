-- How fresh is each layer's picture of each store?
-- Grain: one row per store and layer with events in the 48 hours up to as_of. Who asks: the home page. Stores without are
-- in completeness.
-- Columns:
--   store_id UInt32: the store
--   store_name String: its name
--   layer String: batch or speed
--   events UInt64: events of the newest business date that the layer answers for; the rest of the 48 hours not counted
--   last_event_time DateTime: when the newest event happened
--   last_log_time DateTime: when the log took the newest event
-- Filters: none
select
    events.store_id as store_id,
    any(stores.store_name) as store_name,
    events.source as layer,
    countIf(events.business_date = {today:Date}) as events,
    max(events.event_time) as last_event_time,
    toDateTime64(max(events.log_time), 3, 'UTC') as last_log_time
from retail.retail_events_unified as events
left join retail.dim_store as stores on stores.store_id = events.store_id
where ({all_stores:UInt8} = 1 or events.store_id in {stores:Array(UInt32)})
    and events.event_time > {as_of:DateTime64(3, 'UTC')} - interval 48 hour
group by
    events.store_id,
    layer
order by
    store_id,
    layer
limit {row_limit:UInt64} offset {row_offset:UInt64}
