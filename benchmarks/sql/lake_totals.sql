-- What is in the bucket's files, read by the engine itself? Grain: one row. Asked by: scale_out.
select
    count() as events,
    sum(revenue) as revenue
from s3('{url}/retail_events/*/*.parquet', '{key}', '{secret}')
