-- How long did each supplier's deliveries take, from when they were announced until they came?
-- Grain: one row per shipment of the year before one date, the newest 2,000 of each supplier. Who asks: the
-- review of stock, which learns lead times from them. weekday: 1 is Monday; units in thousandths.
select
    supplier,
    toDayOfWeek(announced_date) as weekday,
    toInt64(units * 1000) as units,
    toInt64(took_ms) as took_ms
from
(
    select
        max(toString(supplier)) as supplier,
        minIf(business_date, status = 'ANNOUNCED') as announced_date,
        minIf(event_time, status = 'ANNOUNCED') as announced_at,
        sumIf(quantity, status = 'ANNOUNCED') as units,
        dateDiff('millisecond', announced_at, minIf(event_time, status = 'ARRIVED')) as took_ms
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
        and took_ms >= 0
)
order by
    supplier,
    announced_at desc,
    took_ms,
    units
limit 2000 by supplier
