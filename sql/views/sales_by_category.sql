-- What has each category sold over all time?
-- Grain: one row per category and currency: amounts of different currencies are never added.
-- Asked by: executives, buyers.
-- revenue is gross_revenue (sales) less returned_revenue, net_units likewise; restocks earn none.
create or replace view retail.sales_by_category
definer = {{definer}} sql security definer
as
select
    deltas.category as category,
    stores.currency as currency,
    uniqExact(deltas.store_id) as stores,
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
    deltas.category,
    stores.currency
