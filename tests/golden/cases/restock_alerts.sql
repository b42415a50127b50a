-- Case: an incident that recovered. Grain: one row per incident.
select *
from retail.restock_alerts
order by
    alert_id
