-- Case: stock below 0, never counted, not in the product file; the newest review.
-- Grain: one row per store and product.
select *
from retail.inventory_by_store
order by
    store_id,
    product_id
