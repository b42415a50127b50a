-- How well do suppliers deliver?
-- Grain: one row per supplier with shipments announced in a period. Who asks: the inventory page.
-- A delivery is a product of a shipment to a store. It is in time if it arrived no later than it was expected.
-- An answer that took long may be kept.
-- Columns:
--   supplier String: the supplier; empty: not stated
--   deliveries UInt64: deliveries announced
--   deliveries_arrived UInt64: of them, with any unit arrived
--   announced_units Decimal: units announced
--   arrived_units Decimal: units of them that arrived
--   short_units Decimal: units of them said not to come
--   fill_rate Float64?: arrived_units / announced_units; null: none announced
--   deliveries_judged UInt64: arrived deliveries with an expected time
--   in_time_rate Float64?: share of them that came in time; null: none
--   mean_lead_time_days Float64?: from announcement to arrival, days; null: nothing arrived
-- Filters: from to
select
    said_by as supplier,
    count() as deliveries,
    countIf(deliveries_of.arrived_units > 0) as deliveries_arrived,
    sum(deliveries_of.announced_units) as announced_units,
    sum(deliveries_of.arrived_units) as arrived_units,
    sum(deliveries_of.short_units) as short_units,
    if(
        sum(deliveries_of.announced_units) > 0,
        round(toFloat64(sum(deliveries_of.arrived_units)) / toFloat64(sum(deliveries_of.announced_units)), 6),
        null
    ) as fill_rate,
    countIf(deliveries_of.arrived_units > 0 and isNotNull(deliveries_of.expected)) as deliveries_judged,
    if(
        deliveries_judged > 0,
        round(
            countIf(deliveries_of.arrived_units > 0 and deliveries_of.first_arrival <= deliveries_of.expected)
                / deliveries_judged,
            6
        ),
        null
    ) as in_time_rate,
    if(
        deliveries_arrived > 0,
        round(
            avgIf(
                dateDiff('second', deliveries_of.announced_at, deliveries_of.first_arrival) / 86400,
                deliveries_of.arrived_units > 0
            ),
            6
        ),
        null
    ) as mean_lead_time_days
from
(
    select
        shipment_id,
        store_id,
        product_id,
        max(cast(supplier as String)) as said_by,
        sumIf(toDecimal128(quantity, 3), status = 'ANNOUNCED') as announced_units,
        sumIf(toDecimal128(quantity, 3), status = 'ARRIVED') as arrived_units,
        sumIf(toDecimal128(quantity, 3), status = 'SHORT') as short_units,
        minIf(event_time, status = 'ANNOUNCED') as announced_at,
        minIf(event_time, status = 'ARRIVED') as first_arrival,
        maxIf(expected_at, status = 'ANNOUNCED') as expected
    from retail.supplier_shipments
    where ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        and business_date >= {from_date:Date}
    group by
        shipment_id,
        store_id,
        product_id
    having announced_units > 0
        and toDate(announced_at) between {from_date:Date} and {to_date:Date}
) as deliveries_of
group by said_by
order by
    deliveries desc,
    supplier
limit {row_limit:UInt64} offset {row_offset:UInt64}
