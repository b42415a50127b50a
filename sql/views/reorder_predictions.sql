-- What should be ordered, when, and why this much?
-- Grain: one row per store_id, product_id and review_date. Asked by: store managers, planners, the orders
-- screen.
-- The terms re-add exactly: order_quantity is order_up_to_units - on_hand_units - on_order_units -
-- in_transit_units + reserved_units + the sum of the adjustments, each of which says what changed the
-- quantity; limited_by is the last that made it less. Rows of before the adjustments were kept have none.
create or replace view retail.reorder_predictions
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    review_date Date comment 'the day of the decision',
    supplier LowCardinality(String) comment 'who delivers it; empty: unknown',
    model_version LowCardinality(String) comment 'the trained model; model_metrics.model_version',
    policy LowCardinality(String) comment 'the rule that made the quantity',
    on_hand_units Decimal(18, 3) comment 'units in the store',
    on_order_units Decimal(18, 3) comment 'units ordered and not yet announced by the supplier',
    in_transit_units Decimal(18, 3) comment 'units announced and not yet arrived',
    reserved_units Decimal(18, 3) comment 'units promised to customers',
    review_period_days Float64 comment 'days between two reviews',
    lead_time_days Float64 comment 'expected days from order to delivery',
    lead_time_std_dev_days Float64 comment 'standard deviation of the lead time, days',
    service_level Float64 comment 'the target, 0 to 1: what of, says target_kind',
    target_kind LowCardinality(String) comment 'service_level (probability of no stock-out in a protection period), fill_rate or cost_ratio',
    protection_demand Float64 comment 'expected demand over review period and lead time',
    safety_stock Float64 comment 'units held against demand and delivery being uncertain',
    reorder_point Float64 comment 'order when available and ordered stock falls to this many units',
    order_up_to Float64 comment 'target of stock in hand and on order',
    protection_demand_units Decimal(18, 3) comment 'protection_demand, exact',
    safety_stock_units Decimal(18, 3) comment 'reorder_point_units less protection_demand_units',
    reorder_point_units Decimal(18, 3) comment 'reorder_point, exact',
    order_up_to_units Decimal(18, 3) comment 'order_up_to, exact',
    net_requirement Float64 comment 'units short of order_up_to, 0 or more',
    min_order_units Decimal(18, 3) comment 'least that the supplier delivers',
    pack_size UInt32 comment 'units of one orderable pack',
    not_due_adjustment_units Decimal(18, 3) comment 'stock is not below the reorder point: nothing is ordered',
    pack_adjustment_units Decimal(18, 3) comment 'up to whole packs',
    min_order_adjustment_units Decimal(18, 3) comment 'up to the least that is delivered',
    capacity_adjustment_units Decimal(18, 3) comment 'down to what there is room for',
    shelf_life_adjustment_units Decimal(18, 3) comment 'down to what sells within its life',
    supplier_minimum_adjustment_units Decimal(18, 3) comment 'up to the least value of an order, or down to none',
    allocation_adjustment_units Decimal(18, 3) comment 'down to a fair share of what the distribution centre has',
    budget_adjustment_units Decimal(18, 3) comment 'down to what the budget buys',
    data_adjustment_units Decimal(18, 3) comment 'down to none: the data cannot be trusted',
    order_quantity Decimal(18, 3) comment 'units to order',
    unit_cost Nullable(Decimal(14, 4)) comment 'cost of one unit; null: not known',
    order_value Nullable(Decimal(38, 7)) comment 'order_quantity x unit_cost; null: cost unknown',
    stock_out_probability Nullable(Float64) comment 'probability of running out in the coming days, 0 to 1',
    order_by_date Nullable(Date) comment 'order no later than this; null: no hurry',
    expected_delivery_date Nullable(Date) comment 'when it would come',
    limited_by LowCardinality(String) comment 'what held the quantity back: capacity, shelf_life, supplier_minimum, allocation, budget or data; empty: nothing',
    reason String comment 'why, in plain words',
    generated_at DateTime64(3, 'UTC') comment 'when it was computed'
)
definer = {{definer}} sql security definer
as
select
    store_id,
    product_id,
    review_date,
    supplier,
    model_version,
    policy,
    on_hand_units,
    on_order_units,
    in_transit_units,
    reserved_units,
    review_period_days,
    lead_time_days,
    lead_time_std_dev_days,
    service_level,
    target_kind,
    protection_demand,
    safety_stock,
    reorder_point,
    order_up_to,
    protection_demand_units,
    safety_stock_units,
    reorder_point_units,
    order_up_to_units,
    greatest(
        0,
        round(
            order_up_to
                - toFloat64(on_hand_units)
                - toFloat64(on_order_units)
                - toFloat64(in_transit_units)
                + toFloat64(reserved_units),
            6
        )
    ) as net_requirement,
    min_order_units,
    pack_size,
    not_due_adjustment_units,
    pack_adjustment_units,
    min_order_adjustment_units,
    capacity_adjustment_units,
    shelf_life_adjustment_units,
    supplier_minimum_adjustment_units,
    allocation_adjustment_units,
    budget_adjustment_units,
    data_adjustment_units,
    order_quantity,
    unit_cost,
    toDecimal128(order_quantity, 3) * unit_cost as order_value,
    stock_out_probability,
    order_by_date,
    expected_delivery_date,
    limited_by,
    reason,
    generated_at
from retail_core.reorder_predictions
final
