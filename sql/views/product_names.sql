-- What are products called?
-- Grain: one row per product_id of the product file. Asked by: the screens, which join a name to their rows.
-- dim_product has the products that only events know, too, for which it reads the roll-ups.
create or replace view retail.product_names
(
    product_id String comment 'the product, as tills write it',
    product_name String comment 'the name people use; empty: the product file has none'
)
definer = {{definer}} sql security definer
as
select
    product_id,
    product_name
from retail_core.products
final
