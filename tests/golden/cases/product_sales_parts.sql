-- Case: a product in two categories; how many parts there are is no contract. Grain: one row per key.
select
    business_date,
    store_id,
    product_id,
    category,
    sum(events) as events,
    sum(sales) as sales,
    sum(returns) as returns,
    sum(restocks) as restocks,
    sum(units_sold) as units_sold,
    sum(units_returned) as units_returned,
    sum(units_restocked) as units_restocked,
    sum(parts.gross_revenue) as gross_revenue,
    sum(parts.returned_revenue) as returned_revenue,
    sum(net_units) as net_units,
    sum(parts.revenue) as revenue,
    max(last_event_time) as last_event_time
from retail.product_sales_parts as parts
group by
    business_date,
    store_id,
    product_id,
    category
order by
    business_date,
    store_id,
    product_id,
    category
