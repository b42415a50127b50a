-- What did each store take in the hour that ends with this minute?
-- Grain: one row per store_id and minute with a sale or return. Asked by: the real-time screen.
-- A sliding window on event time: this minute and the 59 before it. Reads events, not a roll-up: always ask
-- for a stretch of utc_hour, which is read with the hour before it; a condition on minute alone reads a
-- store's whole history. A transaction is a basket_id, or a sale without one. A message that comes late
-- changes the 60 windows that it is in whenever it comes (docs/STREAMING.md, Windows).
create or replace view retail.sales_last_hour
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    utc_hour DateTime('UTC') comment 'start of the UTC hour that the minute is in; ask by it',
    minute DateTime('UTC') comment 'start of the last minute of the window, UTC',
    sales UInt64 comment 'number of sales (receipt lines) in the 60 minutes',
    returns UInt64 comment 'number of returns',
    transactions UInt64 comment 'number of baskets; a sale without basket_id is one',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue'
)
definer = {{definer}} sql security definer
as
select
    store_id,
    utc_hour,
    minute,
    last_sales as sales,
    last_returns as returns,
    last_baskets + last_lines as transactions,
    last_revenue as revenue
from
(
    select
        store_id,
        utc_hour,
        minute,
        sum(minutes.sales) over last_hour as last_sales,
        sum(minutes.returns) over last_hour as last_returns,
        uniqExactMerge(minutes.baskets) over last_hour as last_baskets,
        sum(minutes.lines) over last_hour as last_lines,
        sum(minutes.revenue) over last_hour as last_revenue
    from
    (
        select
            store_id,
            utc_hour,
            toStartOfMinute(event_time) as minute,
            countIf(transaction_type = 'SALE') as sales,
            countIf(transaction_type = 'RETURN') as returns,
            uniqExactStateIf(
                basket_id,
                transaction_type = 'SALE'
                    and basket_id != ''
            ) as baskets,
            countIf(
                transaction_type = 'SALE'
                    and basket_id = ''
            ) as lines,
            sum(events.revenue) as revenue
        from
        (
            -- Every event counts in windows that end in its own hour and in the next one.
            select
                *,
                toStartOfHour(event_time) as utc_hour
            from retail_core.events
            union all
            select
                *,
                toStartOfHour(event_time) + 3600 as utc_hour
            from retail_core.events
        ) as events
        where transaction_type in ('SALE', 'RETURN')
        group by
            store_id,
            utc_hour,
            minute
    ) as minutes
    window last_hour as
    (
        partition by
            store_id,
            utc_hour
        order by minute
        range between 3540 preceding and current row
    )
)
-- Not the rows of the hour before.
where minute >= utc_hour
