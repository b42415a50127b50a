-- What came in last?
-- Grain: one row per accepted sale, return or restock of the last hour, the newest first. Who asks: the ticker of the
-- real-time page.
-- An answer may be shared for half a second.
-- Columns:
--   event_time DateTime: when it happened
--   log_time DateTime: when the log took it
--   store_id UInt32: the store
--   product_id String: the product
--   product_name String: its name
--   category String: the category that the event says
--   transaction_type String: SALE, RETURN or RESTOCK
--   quantity Decimal: units
--   unit_price Decimal: price of one unit
--   revenue Decimal: plus for SALE, minus for RETURN, 0 for RESTOCK
--   currency String: ISO 4217; empty: a store that no store file knows
--   log_partition UInt32: partition of the log
--   log_offset Int64: place in the partition
-- Filters: category
select
    newest.event_time as event_time,
    toDateTime64(newest.log_time, 3, 'UTC') as log_time,
    newest.store_id as store_id,
    newest.product_id as product_id,
    if(names.product_name = '', newest.product_id, names.product_name) as product_name,
    newest.category as category,
    newest.transaction_type as transaction_type,
    newest.quantity as quantity,
    newest.unit_price as unit_price,
    newest.revenue as revenue,
    cast(stores.currency as String) as currency,
    newest.log_partition as log_partition,
    newest.log_offset as log_offset
from
(
    select
        event_time,
        log_time,
        store_id,
        product_id,
        cast(category as String) as category,
        cast(transaction_type as String) as transaction_type,
        quantity,
        unit_price,
        revenue,
        log_partition,
        log_offset
    from retail.retail_events_unified
    where event_time > {as_of:DateTime64(3, 'UTC')} - interval 60 minute
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        and (empty({categories:Array(String)}) or category in {categories:Array(String)})
    order by
        event_time desc,
        log_partition desc,
        log_offset desc
    limit {row_limit:UInt64} offset {row_offset:UInt64}
) as newest
left join retail.product_names as names on names.product_id = newest.product_id
left join retail.dim_store as stores on stores.store_id = newest.store_id
order by
    event_time desc,
    log_partition desc,
    log_offset desc
