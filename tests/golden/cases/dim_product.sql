-- Case: the category that a product was sold in last. Grain: one row per product.
select *
from retail.dim_product
order by
    product_id
