-- What was taken in each minute of the last hour?
-- Grain: one row per minute and currency with a sale or return. Who asks: the real-time page.
-- An answer may be shared for half a second.
-- Columns:
--   minute DateTime: start of the minute, UTC
--   currency String: ISO 4217; empty: a store that no store file knows
--   revenue Decimal: sales less returns
--   transactions UInt64: baskets; a sale without basket_id is one
--   sales UInt64: receipt lines sold
--   returns UInt64: receipt lines returned
--   mean_basket Float64?: revenue / transactions; null: no transaction
-- Filters: none
select
    minutes.minute as minute,
    cast(stores.currency as String) as currency,
    sum(minutes.revenue) as revenue,
    sum(minutes.transactions) as transactions,
    sum(minutes.sales) as sales,
    sum(minutes.returns) as returns,
    if(transactions > 0, round(toFloat64(revenue) / transactions, 6), null) as mean_basket
from retail.sales_by_minute as minutes
left join retail.dim_store as stores on stores.store_id = minutes.store_id
where minutes.minute > {as_of:DateTime64(3, 'UTC')} - interval 60 minute
    and ({all_stores:UInt8} = 1 or minutes.store_id in {stores:Array(UInt32)})
group by
    minute,
    stores.currency
order by
    minute,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
