-- Case: announced by the supplier and not, come in by a person's word and by messages, short, nothing yet, planned.
-- Grain: one row per order and product.
select *
from retail.purchase_order_lines
order by
    order_number,
    product_id
