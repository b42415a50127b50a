-- What: the named columns of a Parquet file as texts, in file order. Grain: one row per row of the
-- file, from {first_row} on. Then one row, collected by the process itself: all went well.
-- Asked by: the Parquet reader.
select * apply (toString) apply (toNullable)
from file({path:String}, 'Parquet', {structure:String})
limit 18446744073709551615
offset {first_row:UInt64}
into outfile '/dev/stdout' append
format Native
settings
    max_threads = 1,
    input_format_parquet_preserve_order = 1,
    input_format_parquet_max_block_size = 32768,
    input_format_parquet_memory_low_watermark = 2097152,
    input_format_parquet_memory_high_watermark = 67108864,
    output_format_parallel_formatting = 0,
    max_block_size = 32768,
    max_memory_usage = 2000000000;
select 'done'
