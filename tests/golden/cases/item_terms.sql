-- Case: a row that was replaced, and terms that a row does not say. Grain: one row per key.
select *
from retail.item_terms
order by
    store_id,
    product_id,
    supplier
