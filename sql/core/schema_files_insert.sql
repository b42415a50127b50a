-- What: records that a file was applied. Asked by: the schema planner.
insert into retail_core.schema_files
(
    number,
    name,
    checksum
)
select
    {number:UInt32},
    {name:String},
    {checksum:String}
