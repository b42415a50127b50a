-- What: columns of a Parquet file as the engine reads them. Grain: one row per column.
-- Then the file's own types of its leaf columns, which say whether a timestamp is an instant, and its
-- number of rows. Grain: one row per leaf column; paths are dotted. Then one row, collected by the
-- process itself: all went well. Asked by: the Parquet reader.
describe table file({path:String}, 'Parquet')
into outfile '/dev/stdout' append
format Native
settings
    describe_compact_output = 1,
    max_threads = 1;
select
    leaf.path as path,
    leaf.physical_type as physical_type,
    leaf.logical_type as logical_type,
    toString(num_rows) as file_rows
from file({path:String}, 'ParquetMetadata')
left array join columns as leaf
into outfile '/dev/stdout' append
format Native
settings
    max_threads = 1;
select 'done'
