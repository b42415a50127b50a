-- Which proposals of a review date and later ask for units? For what is approved without a person.
-- Grain: one row per store, review date and product. Who asks: the automatic approval.
select
    store_id,
    product_id,
    review_date
from retail_core.reorder_predictions
final
where review_date >= {from:Date}
    and order_quantity > 0
order by
    store_id,
    review_date,
    product_id
