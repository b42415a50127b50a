-- Case: products of the file only, not those that events bring. Grain: one row per product.
select *
from retail.product_names
order by product_id
