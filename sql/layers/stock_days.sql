-- Which rows of `stock_days` count now? Batch rows up to the closed epoch, speed rows past it:
-- the manifest is read once per query, so one inserted row switches all views together.
-- Grain: deltas per store_id, business_date, product_id; readers sum, of last_count the greatest holds.
-- Asked by: the views of `retail`.
create or replace view retail_core.stock_days
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
    product_id,
    events,
    counts,
    units_sold,
    units_returned,
    units_corrected,
    units_wasted,
    units_reserved,
    units_announced,
    units_arrived,
    units_short,
    first_count,
    last_count,
    last_event_time
from retail_core.stock_days_batch
where generation = newest.1
    and epoch <= newest.2
union all
select
    'speed' as layer,
    epoch,
    store_id,
    business_date,
    product_id,
    events,
    counts,
    units_sold,
    units_returned,
    units_corrected,
    units_wasted,
    units_reserved,
    units_announced,
    units_arrived,
    units_short,
    first_count,
    last_count,
    last_event_time
from retail_core.stock_days_speed
where epoch > newest.2
