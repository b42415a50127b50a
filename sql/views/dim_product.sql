-- Which products were sold or restocked, and in which category last?
-- Grain: one row per product_id. product_key is a hash of it (63 bits, as readers hold it signed).
-- Asked by: every report; star schema.
create or replace view retail.dim_product
definer = {{definer}} sql security definer
as
select
    bitShiftRight(sipHash64(deltas.product_id), 1) as product_key,
    deltas.product_id as product_id,
    deltas.product_id as sku,
    deltas.product_id as product_name,
    argMax(deltas.category, (deltas.last_event_time, deltas.category)) as category,
    toDateTime64(max(deltas.last_event_time), 3, 'UTC') as last_event_time
from retail_core.product_sales as deltas
group by
    deltas.product_id
