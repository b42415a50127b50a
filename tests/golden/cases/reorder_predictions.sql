-- Case: terms that re-add, and a review that was repeated. Grain: one row per store, product and review.
select *
from retail.reorder_predictions
order by
    store_id,
    product_id,
    review_date
