-- Who buys, how often, and how much?
-- Grain: one row per customer_id and currency; events without a customer are left out.
-- Asked by: marketing, BI tools.
-- A basket is a basket_id within a store and business date; sales without one count as one basket per
-- store and business date.
create or replace view retail.customer_analytics
definer = {{definer}} sql security definer
as
select
    events.customer_id as customer_id,
    stores.currency as currency,
    minIf(events.business_date, events.transaction_type = 'SALE') as first_purchase,
    maxIf(events.business_date, events.transaction_type = 'SALE') as last_purchase,
    uniqExact(events.store_id) as stores,
    uniqExactIf(
        (events.store_id, events.business_date, events.basket_id),
        events.transaction_type = 'SALE'
    ) as baskets,
    countIf(events.transaction_type = 'SALE') as sales,
    countIf(events.transaction_type = 'RETURN') as returns,
    sumIf(events.quantity, events.transaction_type = 'SALE') as units_sold,
    sumIf(events.revenue, events.transaction_type = 'SALE') as gross_revenue,
    sum(events.revenue) as revenue,
    if(
        baskets = 0,
        null,
        round(toFloat64(sumIf(events.revenue, events.transaction_type = 'SALE')) / baskets, 6)
    ) as mean_basket,
    argMaxIf(
        events.category,
        (events.event_time, events.log_partition, events.log_offset),
        events.transaction_type = 'SALE'
    ) as last_category
from retail_core.events as events
left join retail_core.stores as stores final on stores.store_id = events.store_id
where events.customer_id != ''
    and events.transaction_type != 'RESTOCK'
group by
    events.customer_id,
    stores.currency
having sales > 0
