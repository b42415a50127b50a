-- Case: a check that ran twice in its hour. Grain: one row per hour, check and store.
select *
from retail.data_quality_results
order by
    checked_hour,
    check_name,
    topic,
    store_id
