-- What did each store take, minute by minute?
-- Grain: one row per store_id and minute with a sale or return. Asked by: the real-time screen.
-- Reads events, not a roll-up: always ask for a stretch of minutes. A transaction is a basket_id, or a sale
-- without one.
create or replace view retail.sales_by_minute
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    minute DateTime('UTC') comment 'start of the minute, UTC',
    sales UInt64 comment 'number of sales (receipt lines)',
    returns UInt64 comment 'number of returns',
    transactions UInt64 comment 'number of baskets; a sale without basket_id is one',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue'
)
definer = {{definer}} sql security definer
as
select
    events.store_id as store_id,
    toStartOfMinute(events.event_time) as minute,
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
    minute
