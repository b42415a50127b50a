-- What is on order that the ledger does not count yet? The ledger counts announced shipments
-- (retail_core.stock.on_order_units); these units are what orders add to that, so that both together count each
-- unit on order once, whether the supplier announced it or not.
-- Grain: one row per order_number and product_id of an order that was sent, and of one that is to be.
-- Asked by: the views of `retail`, the watch over stock, the proposals.
-- open_units: ordered and neither come nor short, 0 unless the order is with the supplier. uncounted_units:
-- open_units less what the ledger counts for the same line, below 0 where it counts too much (units that a person
-- received while no message said so). planned_units: of orders that are not sent yet; on order with nobody.
-- Messages of a closed order count as they were when it was last looked at: it is old, or about to be looked at.
create or replace view retail_core.order_lines_open
sql security invoker
as
with
    lines as
    (
        select
            order_number,
            store_id,
            product_id,
            state,
            created_at,
            expected_date,
            ordered_units,
            received_units,
            announced_units,
            arrived_units,
            short_units,
            state in ('sent', 'confirmed', 'partly_received') as is_with_supplier
        from retail_core.purchase_order_lines
        final
    ),
    (
        -- No order, no message: the far future.
        select if(count() = 0, toDateTime64('2100-01-01 00:00:00', 3, 'UTC'), min(created_at) - interval 1 day)
        from lines
        where is_with_supplier
    ) as first_message,
    shipped as
    (
        select
            shipment_id,
            store_id,
            product_id,
            sumIf(toDecimal64(quantity, 3), status = 'ANNOUNCED') as announced_units,
            sumIf(toDecimal64(quantity, 3), status = 'ARRIVED') as arrived_units,
            sumIf(toDecimal64(quantity, 3), status = 'SHORT') as short_units
        from retail_core.supplier_shipments
        where event_time >= first_message
            and store_id in (select store_id from lines where is_with_supplier)
            and shipment_id in (select order_number from lines where is_with_supplier)
        group by
            shipment_id,
            store_id,
            product_id
    )
select
    lines.order_number as order_number,
    lines.store_id as store_id,
    lines.product_id as product_id,
    lines.state as state,
    lines.expected_date as expected_date,
    if(lines.is_with_supplier, shipped.announced_units, lines.announced_units) as announced,
    if(lines.is_with_supplier, shipped.arrived_units, lines.arrived_units) as arrived,
    if(lines.is_with_supplier, shipped.short_units, lines.short_units) as fell_short,
    toDecimal64(
        if(
            lines.is_with_supplier,
            greatest(0, lines.ordered_units - greatest(lines.received_units, arrived) - fell_short),
            0
        ),
        3
    ) as open_units,
    toDecimal64(open_units - (announced - arrived - fell_short), 3) as uncounted_units,
    toDecimal64(if(lines.state in ('draft', 'approved'), lines.ordered_units, 0), 3) as planned_units
from lines
left join shipped
    on shipped.shipment_id = lines.order_number
    and shipped.store_id = lines.store_id
    and shipped.product_id = lines.product_id
where open_units != 0
    or uncounted_units != 0
    or planned_units != 0
-- Whatever the client sets.
settings join_use_nulls = 0
