-- What: the rows that came with the request, as one Parquet file. Asked by: the lake.
select
    {{expressions}}
from _data
format Parquet
