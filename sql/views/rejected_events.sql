-- Which messages were not accepted, and why?
-- Grain: one row per dead letter or duplicate (reason 'duplicate'). Asked by: operations.
create or replace view retail.rejected_events
(
    log_time DateTime64(6, 'UTC') comment 'when the log had it durably',
    reason LowCardinality(String) comment 'duplicate, or why it is a dead letter',
    detail String comment 'what was wrong, with the value',
    log_topic LowCardinality(String) comment 'topic of the log: retail_events for duplicates, dead-letters',
    log_partition UInt32 comment 'partition of the log',
    log_offset Int64 comment 'place in the partition: with it, the identity of an event',
    source LowCardinality(String) comment 'the way it came: http, import …',
    event_id Nullable(UUID) comment 'the sender''s id; null: it gave none',
    raw String comment 'the bytes as they came',
    epoch UInt32 comment 'the epoch it arrived in',
    layer String comment 'batch or speed: which layer answers'
)
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
