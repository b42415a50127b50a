-- Case: an incident whose state changed. Grain: one row per incident.
select *
from retail.anomalies
order by
    incident_id
