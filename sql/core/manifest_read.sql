-- Which row do the views go by? Grain: one row, or none. Asked by: the start, the batch layer.
select
    generation,
    closed_epoch,
    lake_version,
    arrayStringConcat(mapKeys(rows_per_table), ',') as row_tables,
    arrayStringConcat(mapValues(rows_per_table), ',') as row_counts,
    arrayStringConcat(mapKeys(hash_per_table), ',') as hash_tables,
    arrayStringConcat(mapValues(hash_per_table), ',') as hashes,
    closed_at
from retail_core.manifest
order by
    generation desc,
    closed_epoch desc,
    inserted_at desc
limit 1
format Native
