-- Case: baskets, and events without a customer left out. Grain: one row per customer.
select *
from retail.customer_analytics
order by
    customer_id,
    currency
