-- How many baskets did the other tills take since the last one of each till?
-- Grain: one row per store and till with baskets since that day. Who asks: the detection, at each look.
with
    baskets as
    (
        select
            store_id,
            register_id,
            min(event_time) as paid_at
        from retail_core.events
        where business_date >= {from:Date}
            and transaction_type = 'SALE'
            and register_id != ''
        group by
            store_id,
            register_id,
            business_date,
            if(basket_id = '', toString(event_time), basket_id)
    ),
    numbered as
    (
        select
            store_id,
            register_id,
            paid_at,
            row_number() over (partition by store_id order by paid_at, register_id) as number,
            count() over (partition by store_id) as store_baskets,
            max(paid_at) over (partition by store_id) as newest
        from baskets
    )
select
    store_id,
    register_id,
    max(store_baskets) as all_baskets,
    toUInt64(max(store_baskets) - max(number)) as others_since,
    toUnixTimestamp64Milli(max(paid_at)) as last_basket_ms,
    toUnixTimestamp64Milli(max(newest)) as newest_basket_ms
from numbered
group by
    store_id,
    register_id
order by
    store_id,
    register_id
