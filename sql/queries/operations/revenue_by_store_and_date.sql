-- What did each store take on each business date, exactly?
-- Grain: one row per store and business date, of the stores with one currency.
-- Who asks: `shelfcast demo --once`, which compares it with the file.
-- Parameters: currency.
select
    stores.store_code,
    events.business_date,
    sum(events.revenue) as revenue
from retail.retail_events_unified as events
inner join retail.dim_store as stores on stores.store_id = events.store_id
where stores.currency = {currency:String}
  and stores.store_id > 1000
group by
    stores.store_code,
    events.business_date
order by
    stores.store_code,
    events.business_date
