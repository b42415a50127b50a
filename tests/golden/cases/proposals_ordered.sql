-- Case: with the supplier, planned, come in and cancelled ones alike. Grain: one row per order and product.
select *
from retail.proposals_ordered
order by
    order_number,
    product_id
