-- How long did each supplier's deliveries take, from when they were ordered until they came? Of what was not ordered
-- here, from when they were announced.
-- Grain: one row per shipment of the year before one date, the newest 2,000 of each supplier. Who asks: the
-- review of stock, which learns lead times from them. weekday: of the order, 1 is Monday; units in thousandths.
with
    orders as
    (
        select
            order_number,
            min(created_at) as ordered_at,
            min(review_date) as ordered_date
        from retail_core.purchase_order_lines
        final
        group by order_number
    ),
    -- Without an order of that number, the epoch. A number that was used before its order is none of ours.
    orders.ordered_at > toDateTime64(0, 6, 'UTC') and orders.ordered_at <= shipments.announced_at as is_ordered
select
    shipments.supplier as supplier,
    toDayOfWeek(if(is_ordered, orders.ordered_date, shipments.announced_date)) as weekday,
    toInt64(shipments.units * 1000) as units,
    toInt64(
        dateDiff(
            'millisecond',
            if(is_ordered, toDateTime64(orders.ordered_at, 3, 'UTC'), shipments.announced_at),
            shipments.arrived_at
        )
    ) as took_ms
from
(
    select
        shipment_id,
        max(toString(supplier)) as supplier,
        minIf(business_date, status = 'ANNOUNCED') as announced_date,
        minIf(event_time, status = 'ANNOUNCED') as announced_at,
        minIf(event_time, status = 'ARRIVED') as arrived_at,
        sumIf(quantity, status = 'ANNOUNCED') as units
    from retail_core.supplier_shipments
    where event_time >= toDateTime64({date:Date}, 3, 'UTC') - interval 365 day
        and event_time < toDateTime64({date:Date}, 3, 'UTC')
        and shipment_id != ''
    group by
        store_id,
        shipment_id
    having countIf(status = 'ANNOUNCED') > 0
        and countIf(status = 'ARRIVED') > 0
        and supplier != ''
        and arrived_at >= announced_at
) as shipments
left join orders on orders.order_number = shipments.shipment_id
order by
    supplier,
    shipments.announced_at desc,
    took_ms,
    units
limit 2000 by supplier
settings join_use_nulls = 0
