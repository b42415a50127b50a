-- Case: a day that was computed again. Grain: one row per day and store.
select *
from retail.business_impact_daily
order by
    business_date,
    store_id
