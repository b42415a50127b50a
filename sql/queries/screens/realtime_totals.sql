-- What was taken today, in how many baskets, and how does a week ago compare?
-- Grain: one row per currency. Who asks: the headline of the real-time page; pushed by /v1/live.
-- An answer may be shared for half a second.
-- Columns:
--   currency String: ISO 4217; empty: a store that no store file knows
--   business_date Date: the newest business date, "today"
--   revenue Decimal: sales less returns
--   transactions UInt64: baskets; a sale without basket_id is one
--   mean_basket Float64?: gross revenue / transactions; null: no transaction
--   sales UInt64: receipt lines sold
--   returns UInt64: receipt lines returned
--   units Decimal: units sold less returned
--   last_event_time DateTime: the newest event
-- Filters: category
select
    cast(stores.currency as String) as currency,
    {today:Date} as business_date,
    sum(sold.revenue) as revenue,
    sum(sold.transactions) as transactions,
    if(transactions > 0, round(toFloat64(sum(sold.gross_revenue)) / transactions, 6), null) as mean_basket,
    sum(sold.sales) as sales,
    sum(sold.returns) as returns,
    sum(sold.units) as units,
    max(sold.last_event_time) as last_event_time
from
(
    select
        store_id,
        sum(events.revenue) as revenue,
        sumIf(events.revenue, transaction_type = 'SALE') as gross_revenue,
        uniqExactIf(basket_id, transaction_type = 'SALE' and basket_id != '')
            + countIf(transaction_type = 'SALE' and basket_id = '') as transactions,
        countIf(transaction_type = 'SALE') as sales,
        countIf(transaction_type = 'RETURN') as returns,
        sumIf(toDecimal128(quantity, 3), transaction_type = 'SALE')
            - sumIf(toDecimal128(quantity, 3), transaction_type = 'RETURN') as units,
        max(event_time) as last_event_time
    from retail.retail_events_unified as events
    where business_date = {today:Date}
        and event_time > toDateTime64({today:Date} - 1, 3, 'UTC')
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        and (empty({categories:Array(String)}) or category in {categories:Array(String)})
    group by store_id
) as sold
left join retail.dim_store as stores on stores.store_id = sold.store_id
group by stores.currency
order by currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
