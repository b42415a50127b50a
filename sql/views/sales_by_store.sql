-- What has each store sold over all time?
-- Grain: one row per store with events. Asked by: executives, regional managers.
-- revenue is gross_revenue (sales) less returned_revenue, net_units likewise; restocks earn none.
create or replace view retail.sales_by_store
definer = {{definer}} sql security definer
as
select
    deltas.store_id as store_id,
    any(stores.store_code) as store_code,
    any(stores.name) as store_name,
    any(stores.city) as city,
    any(stores.region) as region,
    any(stores.country) as country,
    any(stores.currency) as currency,
    sum(deltas.events) as events,
    sum(deltas.sales) as sales,
    sum(deltas.returns) as returns,
    sum(deltas.restocks) as restocks,
    sum(deltas.units_sold) as units_sold,
    sum(deltas.units_returned) as units_returned,
    sum(deltas.units_restocked) as units_restocked,
    sum(deltas.gross_revenue) as gross_revenue,
    sum(deltas.returned_revenue) as returned_revenue,
    sum(deltas.units_sold) - sum(deltas.units_returned) as net_units,
    sum(deltas.gross_revenue) - sum(deltas.returned_revenue) as revenue,
    toDateTime64(max(deltas.last_event_time), 3, 'UTC') as last_event_time
from retail_core.daily_sales as deltas
left join retail_core.stores as stores final on stores.store_id = deltas.store_id
group by
    deltas.store_id
