-- Which stores does the chain have?
-- Grain: one row per store. store_key equals store_id. Asked by: every report; star schema.
create or replace view retail.dim_store
(
    store_key UInt32 comment 'the store; equals store_id',
    store_id UInt32 comment 'the store; dim_store.store_id',
    store_code String comment 'the chain''s own name of the store',
    store_name String comment 'the name people use',
    city String comment 'where the store is',
    region String comment 'part of the country; empty: unknown',
    country String comment 'two letters (ISO 3166-1) or English name; empty: unknown',
    square_footage UInt32 comment 'sales area in square feet; 0: unknown',
    store_type LowCardinality(String) comment 'flagship, express …; empty: unknown',
    time_zone LowCardinality(String) comment 'IANA name',
    currency LowCardinality(String) comment 'ISO 4217',
    latitude Float64 comment 'degrees north',
    longitude Float64 comment 'degrees east'
)
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
