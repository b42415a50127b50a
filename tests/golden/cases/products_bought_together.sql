-- Case: two baskets with the same two products, a third with one of them.
-- Grain: one row per store, product and other.
select *
from retail.products_bought_together
order by
    store_id,
    product_id,
    other_product_id
