-- What do the lake's files on an S3 store hold? Grain: one row. Asked by s3_readers_test.cc.
select
    count() as rows,
    sum(log_offset) as offsets,
    sum(quantity) as quantity
from s3({url:String}, {key:String}, {secret:String}, 'Parquet')
