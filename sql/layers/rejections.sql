-- Which rows of `rejections` count now? Batch rows up to the last closed epoch, speed rows past it:
-- the manifest is read once per query, so one inserted row switches all views together.
-- Grain: one row per message that was not accepted. Asked by: the views of `retail`.
create or replace view retail_core.rejections
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
    log_topic,
    log_partition,
    log_offset,
    log_time,
    reason,
    detail,
    source,
    event_id,
    raw
from retail_core.rejections_batch
where generation = newest.1
    and epoch <= newest.2
union all
select
    'speed' as layer,
    epoch,
    log_topic,
    log_partition,
    log_offset,
    log_time,
    reason,
    detail,
    source,
    event_id,
    raw
from retail_core.rejections_speed
where epoch > newest.2
