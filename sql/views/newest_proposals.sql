-- What does each store's newest review propose, and is it ordered?
-- Grain: one row per store_id and product_id of the newest review of each store that was reviewed in the week up to the
-- chain's newest one: who was not is not proposed anything now, and what was proposed in the years before is not read.
-- order_quantity 0: looked at, nothing to order. Asked by: the screens. All reviews and terms: reorder_predictions; what
-- came of what was ordered: purchase_order_lines.
create or replace view retail.newest_proposals
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    review_date Date comment 'the day of the decision; reorder_predictions.review_date',
    supplier LowCardinality(String) comment 'who delivers it; empty: unknown',
    on_hand_units Decimal(18, 3) comment 'units in the store',
    on_order_units Decimal(18, 3) comment 'units ordered and not yet announced by the supplier',
    in_transit_units Decimal(18, 3) comment 'units announced and not yet arrived',
    order_quantity Decimal(18, 3) comment 'units to order',
    order_value Nullable(Decimal(38, 7)) comment 'order_quantity x unit_cost; null: cost unknown',
    stock_out_probability Nullable(Float64) comment 'probability of running out in the coming days, 0 to 1',
    order_by_date Nullable(Date) comment 'order no later than this; null: no hurry',
    expected_delivery_date Nullable(Date) comment 'when it would come',
    limited_by LowCardinality(String) comment 'what held the quantity back: capacity, shelf_life, supplier_minimum, allocation, budget or data; empty: nothing',
    reason String comment 'why, in plain words',
    generated_at DateTime64(3, 'UTC') comment 'when it was computed',
    is_ordered UInt8 comment '1: an order holds it, whatever became of the order'
)
definer = {{definer}} sql security definer
as
with
    (
        select max(review_date)
        from retail_core.reorder_predictions
    ) - 7 as week_before
select
    store_id,
    product_id,
    review_date,
    supplier,
    on_hand_units,
    on_order_units,
    in_transit_units,
    order_quantity,
    toDecimal128(order_quantity, 3) * unit_cost as order_value,
    stock_out_probability,
    order_by_date,
    expected_delivery_date,
    limited_by,
    reason,
    generated_at,
    (store_id, product_id, review_date) in
    (
        -- Every version of a line says the same of these: an order stays with its store and review.
        select
            store_id,
            product_id,
            review_date
        from retail_core.purchase_order_lines
        where review_date > week_before
    ) as is_ordered
from retail_core.reorder_predictions
final
where (review_date, store_id) in
    (
        select
            max(reviews.review_date),
            reviews.store_id
        from
        (
            -- In the table's order: quicker than a maximum over all products.
            select distinct
                review_date,
                store_id
            from retail_core.reorder_predictions
            where review_date > week_before
        ) as reviews
        group by reviews.store_id
    )
