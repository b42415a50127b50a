-- Case: an hour ten times as good as the day before, and a Monday hour far below its last ones; in store 2
-- a silent hour within a spike, in store 3 a drop that is not over.
-- Grain: one row per hour.
select *
from retail.sales_anomaly_detection
order by
    store_id,
    hour
