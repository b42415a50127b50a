-- How many events does the synthetic chain have, and what do they sum to (DuckDB)? Grain: one row.
-- Asked by: scale_out, which compares.
select
    count(*),
    sum(revenue)::varchar,
    count(distinct product_id),
    count(distinct business_date)
from {{source}}
