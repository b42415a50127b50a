-- Which rows of `hourly_sales` count now? Batch rows up to the last closed epoch, speed rows past it:
-- the manifest is read once per query, so one inserted row switches all views together.
-- Grain: deltas per store_id, business_date, hour_start; readers sum.
-- Asked by: the views of `retail`.
create or replace view retail_core.hourly_sales
sql security invoker
as
with
    (
        select max((generation, closed_epoch))
        from retail_core.manifest
    ) as newest
select
    'batch' as layer,
    epoch,
    store_id,
    business_date,
    hour_start,
    events,
    sales,
    returns,
    restocks,
    units_sold,
    units_returned,
    units_restocked,
    gross_revenue,
    returned_revenue,
    last_event_time
from retail_core.hourly_sales_batch
where generation = newest.1
    and epoch <= newest.2
union all
select
    'speed' as layer,
    epoch,
    store_id,
    business_date,
    hour_start,
    events,
    sales,
    returns,
    restocks,
    units_sold,
    units_returned,
    units_restocked,
    gross_revenue,
    returned_revenue,
    last_event_time
from retail_core.hourly_sales_speed
where epoch > newest.2
