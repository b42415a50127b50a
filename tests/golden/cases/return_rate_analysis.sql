-- Case: sold and brought back, brought back only, never brought back; no row for what was restocked
-- only. Grain: one row per product.
select *
from retail.return_rate_analysis
order by
    store_id,
    category,
    product_id
