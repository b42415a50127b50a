-- What: the stores as `import --table stores` reads them. Grain: one row per store. Asked by: scale_out.
select
    store_id,
    store_code,
    store_name,
    city,
    region,
    country,
    time_zone,
    currency
from retail.dim_store
order by store_id
format CSVWithNames
