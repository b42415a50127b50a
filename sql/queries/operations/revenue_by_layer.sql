-- What do the layers hold of the unified view?
-- Grain: one row per layer and currency.
-- Who asks: `shelfcast demo --once`.
select
    events.source,
    stores.currency,
    sum(events.revenue) as revenue
from retail.retail_events_unified as events
inner join retail.dim_store as stores on stores.store_id = events.store_id
group by
    events.source,
    stores.currency
order by
    events.source,
    stores.currency
