-- Case: a model that was measured again. Grain: one row per model, segment and horizon.
select *
from retail.model_metrics
order by
    model_version,
    segment,
    horizon_days
