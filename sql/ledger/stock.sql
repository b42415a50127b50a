-- Where does the stock of each product stand? Stock is the last count and what was booked after it: a
-- function of the set of events, whatever order they came in.
-- Grain: one row per store_id and product_id that anything was booked or counted of.
-- Asked by: the views of `retail`, the stock of one product.
-- Whole days come from the roll-ups; of the days of the first and the last count, the movements are read,
-- for a count holds from its instant on. Without a count, everything ever booked counts from 0.
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
    booked as
    (
        select
            store_id,
            product_id,
            business_date,
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
            if(by_basket, units_returned - units_sold, 0) + if(by_shipment, units_arrived, 0)
                + units_corrected - units_wasted as net_units,
            if(by_shipment, units_arrived, 0) as received_units,
            units_reserved as reserved_units,
            units_announced - units_arrived - units_short as on_order_units,
            last_event_time
        from retail_core.stock_days
    )
select
    store_id,
    product_id,
    max(last_units_counted) + sum(units_after) as on_hand_units,
    sum(on_order) as on_order_units,
    sum(reserved) as reserved_units,
    max(was_counted) as is_counted,
    max(last_units_counted) as last_count_units,
    fromUnixTimestamp64Milli(max(last_ms_counted), 'UTC') as last_counted_at,
    max(first_units_counted) + sum(units_between) - max(last_units_counted) as shrinkage_units,
    groupArrayIf((day, received), received > 0) as receipts,
    toDateTime64(max(happened_at), 3, 'UTC') as last_event_time
from
(
    select
        booked.store_id as store_id,
        booked.product_id as product_id,
        booked.business_date as day,
        booked.received_units as received,
        if(booked.business_date > counted.last_date, booked.net_units, 0) as units_after,
        if(
            booked.business_date > counted.first_date and booked.business_date < counted.last_date,
            booked.net_units,
            0
        ) as units_between,
        booked.reserved_units as reserved,
        booked.on_order_units as on_order,
        toUInt8(counted.last_ms > 0) as was_counted,
        counted.last_units as last_units_counted,
        counted.first_units as first_units_counted,
        counted.last_ms as last_ms_counted,
        booked.last_event_time as happened_at
    from booked
    left join counted
        on counted.store_id = booked.store_id
        and counted.product_id = booked.product_id
    union all
    select
        movements.store_id,
        movements.product_id,
        movements.business_date,
        toDecimal128(0, 3),
        toDecimal128(
            if(
                movements.business_date = counted.last_date
                    and toUnixTimestamp64Milli(movements.event_time) > counted.last_ms,
                movements.units,
                0
            ),
            3
        ),
        toDecimal128(
            if(
                toUnixTimestamp64Milli(movements.event_time) > counted.first_ms
                    and toUnixTimestamp64Milli(movements.event_time) <= counted.last_ms,
                movements.units,
                0
            ),
            3
        ),
        toDecimal128(0, 3),
        toDecimal128(0, 3),
        toUInt8(1),
        counted.last_units,
        counted.first_units,
        counted.last_ms,
        movements.event_time
    from retail_core.movements as movements
    inner join counted
        on counted.store_id = movements.store_id
        and counted.product_id = movements.product_id
    where movements.cause != 'count'
        and (movements.business_date = counted.first_date or movements.business_date = counted.last_date)
)
group by
    store_id,
    product_id
-- Whatever the client sets.
settings join_use_nulls = 0
