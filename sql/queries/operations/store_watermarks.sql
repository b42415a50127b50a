-- How far do the events of each store go?
-- Grain: one row per store with events. last_event_ms is UTC milliseconds. Who asks: what is stamped on every answer of
-- the screens.
select
    store_id,
    toInt64(toUnixTimestamp64Milli(toDateTime64(max(deltas.last_event_time), 3, 'UTC'))) as last_event_ms,
    max(business_date) as newest_date
from retail_core.daily_sales as deltas
group by store_id
order by store_id
