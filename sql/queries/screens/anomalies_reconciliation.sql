-- Where did speed and batch layer differ when an epoch was closed?
-- Grain: one row per generation, epoch, table and key, the newest first. Who asks: the data quality page.
-- Keys are of the whole chain: whoever sees some stores only gets no rows.
-- An answer that took long may be kept.
-- Columns:
--   found_at DateTime: when it was found
--   generation UInt32: version of the batch layer
--   epoch UInt32: the epoch that was closed
--   table_name String: the table
--   key String: which row, as column=value
--   speed String: measures of the speed layer; empty: no such row
--   batch String: measures of the batch layer, which won; empty: no such row
-- Filters: none
select
    toDateTime64(differences.found_at, 3, 'UTC') as found_at,
    differences.generation as generation,
    differences.epoch as epoch,
    cast(differences.table_name as String) as table_name,
    differences.key as key,
    differences.speed as speed,
    differences.batch as batch
from retail.reconciliation_differences as differences
where ({all_stores:UInt8} = 1 or 0 in {stores:Array(UInt32)})
order by
    differences.found_at desc,
    epoch desc,
    table_name,
    key
limit {row_limit:UInt64} offset {row_offset:UInt64}
