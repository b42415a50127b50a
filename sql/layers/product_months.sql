-- Which rows of `product_months` count now? Batch rows up to the closed epoch, speed rows past it:
-- the manifest is read once per query, so one inserted row switches all views together.
-- Grain: deltas per store_id, month, product_id, category; readers sum.
-- Asked by: the views of `retail`.
create or replace view retail_core.product_months
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
    month,
    product_id,
    category,
    events,
    sales,
    returns,
    restocks,
    units_sold,
    units_returned,
    units_restocked,
    gross_revenue,
    returned_revenue,
    last_event_time,
    sale_days
from retail_core.product_months_batch
where generation = newest.1
    and epoch <= newest.2
union all
select
    'speed' as layer,
    epoch,
    store_id,
    month,
    product_id,
    category,
    events,
    sales,
    returns,
    restocks,
    units_sold,
    units_returned,
    units_restocked,
    gross_revenue,
    returned_revenue,
    last_event_time,
    sale_days
from retail_core.product_months_speed
where epoch > newest.2
