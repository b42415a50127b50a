-- What was ordered of each product, and what is heard of it? Of an order that is with its supplier, messages of
-- supplier-shipments count as they come; of another one, as they were when it was last looked at.
-- Grain: one row per order_number and product_id. Asked by: the views of `retail`, retail_core.order_lines_open.
-- open_units: ordered and neither come nor short, 0 unless the order is with the supplier. What people received and what
-- messages say arrived are two reports of the same goods: the greater holds.
create or replace view retail_core.order_lines
sql security invoker
as
with
    lines as
    (
        select
            order_number,
            store_id,
            product_id,
            supplier,
            review_date,
            state,
            created_at,
            expected_date,
            ordered_units,
            received_units,
            announced_units,
            arrived_units,
            short_units,
            unit_cost,
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
    lines.supplier as supplier,
    lines.review_date as review_date,
    lines.state as state,
    lines.expected_date as expected_date,
    lines.ordered_units as ordered_units,
    lines.received_units as received_units,
    toDecimal64(if(lines.is_with_supplier, shipped.announced_units, lines.announced_units), 3) as announced_units,
    toDecimal64(if(lines.is_with_supplier, shipped.arrived_units, lines.arrived_units), 3) as arrived_units,
    toDecimal64(if(lines.is_with_supplier, shipped.short_units, lines.short_units), 3) as short_units,
    greatest(lines.received_units, arrived_units) as came_in_units,
    toDecimal64(
        if(lines.is_with_supplier, greatest(0, lines.ordered_units - came_in_units - short_units), 0),
        3
    ) as open_units,
    lines.unit_cost as unit_cost
from lines
left join shipped
    on shipped.shipment_id = lines.order_number
    and shipped.store_id = lines.store_id
    and shipped.product_id = lines.product_id
-- Whatever the client sets.
settings join_use_nulls = 0
