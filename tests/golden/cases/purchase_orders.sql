-- Case: a draft, one on its way whose older version came later, one received, one with a line of unknown cost.
-- Grain: one row per order.
select *
from retail.purchase_orders
order by order_number
