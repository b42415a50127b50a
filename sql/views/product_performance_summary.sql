-- How does each product do, day by day and store by store?
-- Grain: one row per business_date, store_id, product_id, category. Asked by: buyers, BI tools.
-- revenue is gross_revenue (sales) less returned_revenue, net_units likewise; restocks earn none.
create or replace view retail.product_performance_summary
definer = {{definer}} sql security definer
as
select
    deltas.business_date as business_date,
    deltas.store_id as store_id,
    deltas.product_id as product_id,
    deltas.category as category,
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
from retail_core.product_sales as deltas
group by
    deltas.business_date,
    deltas.store_id,
    deltas.product_id,
    deltas.category
