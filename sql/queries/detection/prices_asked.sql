-- What did tills ask lately, and what was the price in force?
-- Grain: one row per store and product with a sale that the log has from {since_us} on. Who asks: the
-- detection, at each look. The newest sale line since {from}, and the price of the one before it (0: none);
-- price_in_force as in retail.price_errors, 0 where no change is known. In ten-thousandths.
with
    asked as
    (
        select
            store_id,
            product_id,
            -- The newest two, newest first.
            groupArraySorted(2)((
                -toUnixTimestamp64Milli(event_time),
                -toInt64(log_partition),
                -log_offset,
                unit_price,
                promotion_id != '' or ifNull(discount, 0) > 0
            )) as sold,
            fromUnixTimestamp64Milli(-sold[1].1, 'UTC') as sold_at
        from retail_core.events
        where business_date >= {from:Date}
            and transaction_type = 'SALE'
        group by
            store_id,
            product_id
        having max(log_time) >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC')
    ),
    changes as
    (
        select
            store_id,
            product_id,
            price_type,
            unit_price as price,
            if(toUnixTimestamp64Milli(effective_from) = 0, event_time, effective_from) as holds_from,
            effective_until as holds_until
        from retail_core.price_changes
    )
select
    asked.store_id as store_id,
    asked.product_id as product_id,
    toInt64(asked.sold[1].4 * 10000) as price,
    toInt64(if(length(asked.sold) > 1, asked.sold[2].4, 0) * 10000) as price_before,
    toUInt8(asked.sold[1].5) as discounted,
    toInt64(
        if(
            toUnixTimestamp64Milli(newest.holds_until) = 0 or newest.holds_until > asked.sold_at,
            newest.price,
            regular.price
        ) * 10000
    ) as price_in_force,
    toUnixTimestamp64Milli(asked.sold_at) as sold_at_ms
from asked
asof left join changes as newest
    on newest.store_id = asked.store_id
    and newest.product_id = asked.product_id
    and newest.holds_from <= asked.sold_at
asof left join
(
    select *
    from changes
    where price_type = 'REGULAR'
) as regular
    on regular.store_id = asked.store_id
    and regular.product_id = asked.product_id
    and regular.holds_from <= asked.sold_at
order by
    store_id,
    product_id
settings join_use_nulls = 0
