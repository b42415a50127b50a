-- Case: a basket over two epochs, one id at two stores, a basket that came back.
-- Grain: one row per store and day.
select *
from retail.basket_summary
order by
    store_id,
    business_date
