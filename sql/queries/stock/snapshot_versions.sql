-- Of which business dates are there snapshots of stock, and which one holds?
-- Grain: one row per business_date, oldest first. Asked by: pipelines/derive, for those that the lake lacks.
select
    business_date,
    max(version) as version
from retail_core.inventory_daily
group by business_date
order by business_date
