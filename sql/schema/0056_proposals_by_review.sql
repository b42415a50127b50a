-- What: reorder_predictions in another order: the review first, then the store. Every question is about the newest
-- review, or one; ordered by product, each read the proposals of all days that ever were.
-- Grain, engine, retention: as 0014_forecasts.sql says; columns as 0041_reorder_terms.sql left them.

drop table if exists retail_core.reorder_predictions_reordered;

create table if not exists retail_core.reorder_predictions_reordered
(
    store_id UInt32,
    product_id String,
    review_date Date,
    supplier LowCardinality(String),
    model_version LowCardinality(String),
    policy LowCardinality(String),
    on_hand_units Decimal(18, 3),
    on_order_units Decimal(18, 3),
    in_transit_units Decimal(18, 3),
    reserved_units Decimal(18, 3),
    review_period_days Float64,
    lead_time_days Float64,
    lead_time_std_dev_days Float64,
    service_level Float64,
    target_kind LowCardinality(String) default 'service_level',
    protection_demand Float64,
    safety_stock Float64,
    reorder_point Float64,
    order_up_to Float64,
    protection_demand_units Decimal(18, 3),
    safety_stock_units Decimal(18, 3),
    reorder_point_units Decimal(18, 3),
    order_up_to_units Decimal(18, 3) default toDecimal64(order_up_to, 3),
    not_due_adjustment_units Decimal(18, 3),
    pack_adjustment_units Decimal(18, 3),
    min_order_adjustment_units Decimal(18, 3),
    capacity_adjustment_units Decimal(18, 3),
    shelf_life_adjustment_units Decimal(18, 3),
    supplier_minimum_adjustment_units Decimal(18, 3),
    allocation_adjustment_units Decimal(18, 3),
    budget_adjustment_units Decimal(18, 3),
    data_adjustment_units Decimal(18, 3),
    min_order_units Decimal(18, 3),
    pack_size UInt32,
    order_quantity Decimal(18, 3),
    unit_cost Nullable(Decimal(14, 4)),
    stock_out_probability Nullable(Float64),
    order_by_date Nullable(Date),
    expected_delivery_date Nullable(Date),
    limited_by LowCardinality(String),
    reason String,
    generated_at DateTime64(3, 'UTC')
)
engine = ReplacingMergeTree(generated_at)
order by (review_date, store_id, product_id)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;

insert into retail_core.reorder_predictions_reordered
select *
from retail_core.reorder_predictions;

exchange tables retail_core.reorder_predictions and retail_core.reorder_predictions_reordered;

drop table retail_core.reorder_predictions_reordered;
