-- What was ordered of each product, what came, and what is still to come?
-- Grain: one row per order_number and product_id. Asked by: buyers, goods-in, the orders screen.
-- came_in_units is the greater of received_units and arrived_units: a person's word and a shipment's messages are two
-- reports of the same goods.
create or replace view retail.purchase_order_lines
(
    order_number String comment 'the order; purchase_orders.order_number',
    store_id UInt32 comment 'the store that it is for; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    supplier LowCardinality(String) comment 'who delivers it; empty: unknown',
    review_date Date comment 'the review that proposed it; reorder_predictions.review_date',
    state LowCardinality(String) comment 'of the order; purchase_orders.state',
    expected_date Nullable(Date) comment 'when the order is expected; null: not known',
    ordered_units Decimal(18, 3) comment 'units ordered',
    received_units Decimal(18, 3) comment 'units that people stated as received, in total',
    announced_units Decimal(18, 3) comment 'units that shipments with the order''s number announced',
    arrived_units Decimal(18, 3) comment 'units that arrived by messages of such shipments',
    short_units Decimal(18, 3) comment 'units that they said will not come',
    came_in_units Decimal(18, 3) comment 'units that came in by either account',
    open_units Decimal(18, 3) comment 'units on order: with the supplier and still to come',
    unit_cost Nullable(Decimal(14, 4)) comment 'cost of one unit when it was approved; null: not known',
    line_value Nullable(Decimal(38, 7)) comment 'ordered_units x unit_cost; null: cost unknown'
)
definer = {{definer}} sql security definer
as
select
    lines.order_number as order_number,
    lines.store_id as store_id,
    lines.product_id as product_id,
    lines.supplier as supplier,
    lines.review_date as review_date,
    lines.state as state,
    nullIf(lines.expected_date, toDate(0)) as expected_date,
    lines.ordered_units as ordered_units,
    lines.received_units as received_units,
    lines.announced_units as announced_units,
    lines.arrived_units as arrived_units,
    lines.short_units as short_units,
    greatest(lines.received_units, lines.arrived_units) as came_in_units,
    open.open_units as open_units,
    lines.unit_cost as unit_cost,
    toDecimal128(lines.ordered_units, 3) * lines.unit_cost as line_value
from
(
    select *
    from retail_core.purchase_order_lines
    final
) as lines
left join retail_core.order_lines_open as open
    on open.order_number = lines.order_number
    and open.product_id = lines.product_id
-- Whatever the client sets.
settings join_use_nulls = 0
