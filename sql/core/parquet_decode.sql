-- What: the rows of the Parquet file that came with the request. Grain: as in the file, in order.
-- Asked by: the lake.
select
    {{expressions}}
from _data
format Native
