-- What was ordered from whom, and how far is it?
-- Grain: one row per order_number. Asked by: buyers, store managers, the orders screen.
-- States: draft (takes more lines), approved, sent, confirmed, partly_received, received, cancelled.
create or replace view retail.purchase_orders
(
    order_number String comment 'the order, as people and suppliers call it; supplier_shipments.shipment_id of its deliveries',
    store_id UInt32 comment 'the store that it is for; dim_store.store_id',
    supplier LowCardinality(String) comment 'who delivers it; empty: unknown',
    review_date Date comment 'the review whose proposals it holds; reorder_predictions.review_date',
    state LowCardinality(String) comment 'draft, approved, sent, confirmed, partly_received, received or cancelled',
    expected_date Nullable(Date) comment 'when it is expected; null: not known',
    lines UInt64 comment 'products in it',
    order_value Nullable(Decimal(38, 7)) comment 'what its lines cost; null: the cost of one is unknown',
    created_at DateTime64(6, 'UTC') comment 'when its first line was approved',
    approved_at Nullable(DateTime64(6, 'UTC')) comment 'when the whole order was approved; null: it is a draft, or never was',
    approved_by String comment 'who did; empty: nobody',
    sent_at Nullable(DateTime64(6, 'UTC')) comment 'when the supplier got it; null: not yet',
    confirmed_at Nullable(DateTime64(6, 'UTC')) comment 'when the supplier confirmed it; null: not yet',
    closed_at Nullable(DateTime64(6, 'UTC')) comment 'when it was received or cancelled; null: it is neither'
)
definer = {{definer}} sql security definer
as
select
    orders.order_number as order_number,
    orders.store_id as store_id,
    orders.supplier as supplier,
    orders.review_date as review_date,
    orders.state as state,
    nullIf(orders.expected_date, toDate(0)) as expected_date,
    of_order.lines as lines,
    if(of_order.unpriced > 0, null, of_order.order_value) as order_value,
    orders.created_at as created_at,
    nullIf(orders.approved_at, toDateTime64(0, 6, 'UTC')) as approved_at,
    orders.approved_by as approved_by,
    nullIf(orders.sent_at, toDateTime64(0, 6, 'UTC')) as sent_at,
    nullIf(orders.confirmed_at, toDateTime64(0, 6, 'UTC')) as confirmed_at,
    nullIf(orders.closed_at, toDateTime64(0, 6, 'UTC')) as closed_at
from
(
    select *
    from retail_core.purchase_orders
    final
) as orders
left join
(
    select
        order_number,
        count() as lines,
        countIf(isNull(unit_cost)) as unpriced,
        sum(toDecimal128(ordered_units, 3) * ifNull(unit_cost, 0)) as order_value
    from retail_core.purchase_order_lines
    final
    group by order_number
) as of_order on of_order.order_number = orders.order_number
-- Whatever the client sets.
settings join_use_nulls = 0
