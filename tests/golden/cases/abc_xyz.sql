-- Case: products of the last weeks only, a class each. Grain: one row per store and product.
select *
from retail.abc_xyz
order by
    store_id,
    product_id
