-- Which rows of `inventory_updates` count now? Batch rows up to the last closed epoch, speed rows
-- past it: the manifest is read once per query, so one inserted row switches all views together.
-- Grain: one row per accepted message. Asked by: the views of `retail`.
create or replace view retail_core.inventory_updates
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
    log_partition,
    log_offset,
    log_time,
    event_time,
    business_date,
    store_id,
    product_id,
    update_type,
    quantity,
    event_id,
    reference,
    reason
from retail_core.inventory_updates_batch
where generation = newest.1
    and epoch <= newest.2
union all
select
    'speed' as layer,
    epoch,
    log_partition,
    log_offset,
    log_time,
    event_time,
    business_date,
    store_id,
    product_id,
    update_type,
    quantity,
    event_id,
    reference,
    reason
from retail_core.inventory_updates_speed
where epoch > newest.2
