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
    order_number,
    store_id,
    product_id,
    supplier,
    review_date,
    state,
    nullIf(expected_date, toDate(0)) as expected_date,
    ordered_units,
    received_units,
    announced_units,
    arrived_units,
    short_units,
    came_in_units,
    open_units,
    unit_cost,
    toDecimal128(ordered_units, 3) * unit_cost as line_value
from retail_core.order_lines
