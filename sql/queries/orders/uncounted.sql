-- How many units do orders add to what the ledger counts as on order?
-- Grain: one row per store and product of which that is any. Who asks: the stock of one product. Units in thousandths.
select
    store_id,
    product_id,
    toInt64(sum(uncounted_units) * 1000) as uncounted
from retail_core.order_lines_open
group by
    store_id,
    product_id
having uncounted != 0
order by
    store_id,
    product_id
