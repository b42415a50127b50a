-- Which messages were not accepted, and why?
-- Grain: one row per dead letter or duplicate (reason 'duplicate'). Asked by: operations.
create or replace view retail.rejected_events
definer = {{definer}} sql security definer
as
select
    log_time,
    reason,
    detail,
    log_topic,
    log_partition,
    log_offset,
    source,
    nullIf(event_id, toUUID('00000000-0000-0000-0000-000000000000')) as event_id,
    raw,
    epoch,
    layer
from retail_core.rejections
