-- What did each store take in each five minutes?
-- Grain: one row per store_id and window of five minutes with a sale or return. Asked by: the real-time screen.
-- Tumbling windows on event time. Reads events, not a roll-up: always ask for a stretch of windows. A
-- transaction is a basket_id, or a sale without one. A message that comes late changes its window whenever it
-- comes (docs/STREAMING.md, Windows).
create or replace view retail.sales_by_5_minutes
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    window_start DateTime('UTC') comment 'start of the five minutes, UTC',
    sales UInt64 comment 'number of sales (receipt lines)',
    returns UInt64 comment 'number of returns',
    transactions UInt64 comment 'number of baskets; a sale without basket_id is one',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue'
)
definer = {{definer}} sql security definer
as
select
    events.store_id as store_id,
    toStartOfFiveMinutes(events.event_time) as window_start,
    countIf(events.transaction_type = 'SALE') as sales,
    countIf(events.transaction_type = 'RETURN') as returns,
    uniqExactIf(
        events.basket_id,
        events.transaction_type = 'SALE'
            and events.basket_id != ''
    )
        + countIf(
            events.transaction_type = 'SALE'
                and events.basket_id = ''
        ) as transactions,
    sum(events.revenue) as revenue
from retail_core.events as events
where events.transaction_type in ('SALE', 'RETURN')
group by
    store_id,
    window_start
