-- Which stores may be chosen?
-- Grain: one row per store of the store file. Who asks: the store and region filters of every page.
-- Columns:
--   store_id UInt32: the store
--   store_code String: the chain's own name of the store
--   store_name String: the name people use
--   city String: where it is
--   region String: part of the country; empty: unknown
--   country String: two letters or English name; empty: unknown
--   currency String: ISO 4217
--   time_zone String: IANA name
-- Filters: none
select
    store_id,
    store_code,
    store_name,
    city,
    region,
    country,
    cast(currency as String) as currency,
    cast(time_zone as String) as time_zone
from retail.dim_store
where ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
order by store_id
limit {row_limit:UInt64} offset {row_offset:UInt64}
