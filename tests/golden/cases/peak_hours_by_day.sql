-- Case: two business dates of one weekday, and an hour that has events on one of them only.
-- Grain: one row per weekday and hour.
select *
from retail.peak_hours_by_day
order by
    store_id,
    day_of_week,
    hour_of_day
