-- What share of its store's baskets does each till take, and how long is it usually silent?
-- Grain: one row per store and till with baskets in these days. Who asks: the detection, once a day.
-- store_baskets are of the days since the till was first seen; longest_run is the third longest run of
-- other tills' baskets between two of its own.
with
    baskets as
    (
        select
            store_id,
            register_id,
            business_date,
            min(event_time) as paid_at
        from retail_core.events
        where business_date >= {from:Date}
            and business_date < {to:Date}
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
            business_date,
            paid_at,
            row_number() over (partition by store_id order by paid_at, register_id) as number
        from baskets
    ),
    last_numbers as
    (
        select
            store_id,
            max(number) as last_number
        from numbered
        group by store_id
    )
select
    tills.store_id as store_id,
    tills.register_id as register_id,
    tills.baskets as baskets,
    toUInt64(last_numbers.last_number - tills.first_number + 1) as store_baskets,
    last_numbers.last_number as all_baskets,
    tills.longest_run as longest_run,
    tills.last_basket_ms as last_basket_ms
from
(
    select
        store_id,
        register_id,
        count() as baskets,
        min(number) as first_number,
        toUnixTimestamp64Milli(max(paid_at)) as last_basket_ms,
        toInt64(
            greatest(
                arrayElement(arrayReverseSort(arrayDifference(arraySort(groupArray(toInt64(number))))), 3),
                1
            )
        ) - 1 as longest_run
    from numbered
    group by
        store_id,
        register_id
) as tills
inner join last_numbers on last_numbers.store_id = tills.store_id
order by
    store_id,
    register_id
