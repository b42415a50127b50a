-- Case: a day that was checked again. Grain: one row per day, model, kind and name.
select *
from retail.model_drift
order by check_date, model_version, kind, name
