-- Where does the stock of each product stand? Stock is the last count and what was booked after it: a
-- function of the set of events, whatever order they came in.
-- Grain: one row per store_id and product_id that anything was booked or counted of.
-- Asked by: the views of `retail`, the stock of one product.
-- Whole days come from the roll-ups; of the days of the first and the last count, the movements are read,
-- for a count holds from its instant on. Without a count, everything ever booked counts from 0.
-- receipts: one per day and layer, as days since 1970 x 10^13 + thousandths of a unit: numbers are sorted and
-- gathered many times faster than pairs. is_known: it was counted or received, so that on_hand_units says more than what went.
create or replace view retail_core.stock
sql security invoker
as
with
    (
        select argMax((sales_from, receipts_from), version)
        from retail_core.ledger_rules
    ) as rule,
    rule.1 = 'sales-transactions' as by_basket,
    rule.2 = 'supplier-shipments' as by_shipment,
    counted as
    (
        select
            store_id,
            product_id,
            argMax(business_date, days.first_count) as first_date,
            argMax(business_date, days.last_count) as last_date,
            max(days.first_count) as oldest,
            max(days.last_count) as newest,
            10000000000000 - toInt64(oldest / 1000000000) as first_ms,
            toInt64(newest / 1000000000) as last_ms,
            oldest - toDecimal128(10000000000000 - first_ms, 3) * 1000000000 as first_units,
            newest - toDecimal128(last_ms, 3) * 1000000000 as last_units
        from retail_core.stock_days as days
        where days.counts > 0
        group by
            store_id,
            product_id
    ),
    -- Without a count all of it counts from 0, so that months are enough; but when goods came is known by the day.
    -- Each source is added up before they meet: their rows are many, their items few.
    uncounted as
    (
        select
            store_id,
            product_id,
            sum(if(by_basket, 0, units_returned - units_sold) + if(by_shipment, 0, units_restocked)) as net_units,
            sum(if(by_shipment, 0, units_restocked)) as received_units,
            toDecimal128(0, 3) as reserved_units,
            toDecimal128(0, 3) as on_order_units,
            cast([], 'Array(Int64)') as receipts,
            max(last_event_time) as happened_at
        from retail_core.product_months
        group by
            store_id,
            product_id
        union all
        select
            store_id,
            product_id,
            toDecimal128(0, 3) as net_units,
            toDecimal128(0, 3) as received_units,
            toDecimal128(0, 3) as reserved_units,
            toDecimal128(0, 3) as on_order_units,
            groupArray(toInt64(business_date) * 10000000000000 + toInt64(units_restocked * 1000)) as receipts,
            toDateTime64(0, 3, 'UTC') as happened_at
        from retail_core.product_sales
        where not by_shipment
            and units_restocked > 0
        group by
            store_id,
            product_id
        union all
        select
            store_id,
            product_id,
            sum(
                if(by_basket, units_returned - units_sold, 0) + if(by_shipment, units_arrived, 0)
                    + units_corrected - units_wasted
            ) as net_units,
            sum(if(by_shipment, units_arrived, 0)) as received_units,
            sum(units_reserved) as reserved_units,
            sum(units_announced - units_arrived - units_short) as on_order_units,
            groupArrayIf(
                toInt64(business_date) * 10000000000000 + toInt64(units_arrived * 1000),
                by_shipment and units_arrived > 0
            ) as receipts,
            max(last_event_time) as happened_at
        from retail_core.stock_days
        group by
            store_id,
            product_id
    ),
    booked as
    (
        select
            store_id,
            product_id,
            business_date,
            toInt64(0) as moved_at_ms, -- A whole day.
            if(by_basket, 0, units_returned - units_sold) + if(by_shipment, 0, units_restocked) as net_units,
            if(by_shipment, 0, units_restocked) as received_units,
            toDecimal128(0, 3) as reserved_units,
            toDecimal128(0, 3) as on_order_units,
            last_event_time
        from retail_core.product_sales
        union all
        select
            store_id,
            product_id,
            business_date,
            toInt64(0) as moved_at_ms,
            if(by_basket, units_returned - units_sold, 0) + if(by_shipment, units_arrived, 0)
                + units_corrected - units_wasted as net_units,
            if(by_shipment, units_arrived, 0) as received_units,
            units_reserved as reserved_units,
            units_announced - units_arrived - units_short as on_order_units,
            last_event_time
        from retail_core.stock_days
        union all
        select
            store_id,
            product_id,
            business_date,
            toUnixTimestamp64Milli(event_time) as moved_at_ms,
            toDecimal128(units, 3) as net_units,
            toDecimal128(0, 3) as received_units,
            toDecimal128(0, 3) as reserved_units,
            toDecimal128(0, 3) as on_order_units,
            event_time as last_event_time
        from retail_core.movements
        where cause != 'count'
            and (store_id, product_id, business_date) in
            (
                select
                    store_id,
                    product_id,
                    arrayJoin([first_date, last_date])
                from counted
            )
    )
select
    booked.store_id as store_id,
    booked.product_id as product_id,
    max(counted.last_units)
        + sumIf(
            booked.net_units,
            if(
                booked.moved_at_ms = 0,
                booked.business_date > counted.last_date,
                booked.moved_at_ms > counted.last_ms
            )
        ) as on_hand_units,
    sum(booked.on_order_units) as on_order_units,
    sum(booked.reserved_units) as reserved_units,
    toUInt8(1) as is_counted,
    max(counted.last_units) as last_count_units,
    fromUnixTimestamp64Milli(max(counted.last_ms), 'UTC') as last_counted_at,
    max(counted.first_units)
        + sumIf(
            booked.net_units,
            if(
                booked.moved_at_ms = 0,
                booked.business_date > counted.first_date and booked.business_date < counted.last_date,
                booked.moved_at_ms > counted.first_ms and booked.moved_at_ms <= counted.last_ms
            )
        )
        - max(counted.last_units) as shrinkage_units,
    groupArrayIf(
        toInt64(booked.business_date) * 10000000000000 + toInt64(booked.received_units * 1000),
        booked.received_units > 0
    ) as receipts,
    toUInt8(1) as is_known,
    toDateTime64(max(booked.last_event_time), 3, 'UTC') as last_event_time
from booked
inner join counted
    on counted.store_id = booked.store_id
    and counted.product_id = booked.product_id
group by
    booked.store_id,
    booked.product_id
union all
select
    store_id,
    product_id,
    sum(net_units) as on_hand_units,
    sum(uncounted.on_order_units) as on_order_units,
    sum(uncounted.reserved_units) as reserved_units,
    toUInt8(0) as is_counted,
    toDecimal128(0, 3) as last_count_units,
    fromUnixTimestamp64Milli(toInt64(0), 'UTC') as last_counted_at,
    toDecimal128(0, 3) as shrinkage_units,
    groupArrayArray(uncounted.receipts) as receipts,
    max(received_units) > 0 as is_known,
    toDateTime64(max(happened_at), 3, 'UTC') as last_event_time
from uncounted
-- Said once: the engine asks each source for the others only.
where (store_id, product_id) not in (select store_id, product_id from counted)
group by
    store_id,
    product_id
-- Whatever the client sets.
settings join_use_nulls = 0
