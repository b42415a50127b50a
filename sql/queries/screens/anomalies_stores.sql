-- From which stores, and from how many of their tills, was nothing heard?
-- Grain: one row per store of the store file. Who asks: the data quality page.
-- An answer that took long may be kept.
-- Columns:
--   store_id UInt32: the store
--   store_code String: the chain's own name of the store
--   store_name String: the name people use
--   last_event_time DateTime?: its newest event; null: none ever
--   silent_h Float64?: hours from it to as_of; null: no event ever
--   is_silent UInt8: 1: nothing in the 24 hours up to as_of
--   tills UInt64: tills with events in the 7 days up to as_of
--   tills_silent UInt64: of them, with nothing in the last 24 hours
-- Filters: none
select
    stores.store_id as store_id,
    stores.store_code as store_code,
    stores.store_name as store_name,
    heard.last_event_time as last_event_time,
    round(dateDiff('second', heard.last_event_time, {as_of:DateTime64(3, 'UTC')}) / 3600, 3) as silent_h,
    toUInt8(ifNull(heard.last_event_time < {as_of:DateTime64(3, 'UTC')} - interval 24 hour, 1)) as is_silent,
    ifNull(tills.tills, 0) as tills,
    ifNull(tills.tills_silent, 0) as tills_silent
from retail.dim_store as stores
left join
(
    select
        store_id,
        max(days.last_event_time) as last_event_time
    from retail.daily_sales_summary as days
    where ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    group by store_id
) as heard on heard.store_id = stores.store_id
left join
(
    select
        store_id,
        count() as tills,
        countIf(newest < {as_of:DateTime64(3, 'UTC')} - interval 24 hour) as tills_silent
    from
    (
        select
            store_id,
            register_id,
            max(event_time) as newest
        from retail.retail_events_unified
        where event_time > {as_of:DateTime64(3, 'UTC')} - interval 7 day
            and register_id != ''
            and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        group by
            store_id,
            register_id
    )
    group by store_id
) as tills on tills.store_id = stores.store_id
where ({all_stores:UInt8} = 1 or stores.store_id in {stores:Array(UInt32)})
order by
    is_silent desc,
    store_id
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 1
