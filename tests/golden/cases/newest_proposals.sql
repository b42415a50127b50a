-- Case: two reviews of one store a day apart, one of another, none of a third; a repeated review; a line in an order.
-- Grain: one row per store and product.
select *
from retail.newest_proposals
order by
    store_id,
    product_id
