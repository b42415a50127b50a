-- What: the row that switches every view. Asked by: the batch layer, last of all.
insert into retail_core.manifest
(
    generation,
    closed_epoch,
    lake_version,
    rows_per_table,
    hash_per_table,
    closed_at
)
select
    {generation:UInt32},
    {closed_epoch:UInt32},
    {lake_version:UInt64},
    {rows_per_table:Map(String, UInt64)},
    {hash_per_table:Map(String, String)},
    fromUnixTimestamp64Micro({closed_at_us:Int64}, 'UTC')
