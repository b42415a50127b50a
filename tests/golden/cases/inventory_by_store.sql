-- Case: counted twice with a late count between, counted to 0, never counted and below 0; the newest review.
-- Grain: one row per store and product.
select *
from retail.inventory_by_store
order by
    store_id,
    product_id
