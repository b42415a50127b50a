-- Which stores does the chain have?
-- Grain: one row per store. store_key equals store_id. Asked by: every report; star schema.
create or replace view retail.dim_store
definer = {{definer}} sql security definer
as
select
    store_id as store_key,
    store_id,
    store_code,
    name as store_name,
    city,
    region,
    country,
    square_footage,
    store_type,
    time_zone,
    currency,
    latitude,
    longitude
from retail_core.stores
final
