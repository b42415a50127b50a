-- Which proposals became orders?
-- Grain: one row per order_number and product_id, whatever became of the order. Asked by: the screens, which leave out
-- what was ordered. purchase_order_lines says what came of each, for which it reads the suppliers' messages.
create or replace view retail.proposals_ordered
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    review_date Date comment 'the review that proposed it; reorder_predictions.review_date',
    order_number String comment 'the order; purchase_orders.order_number'
)
definer = {{definer}} sql security definer
as
select
    store_id,
    product_id,
    review_date,
    order_number
from retail_core.purchase_order_lines
final
