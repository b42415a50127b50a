-- What: messages that were not accepted: dead letters and duplicates, with reason and raw bytes.
-- Grain: one row per such message; its identity is (log_topic, log_partition, log_offset).
-- Engine: MergeTree. Order key: the log position. Partitions: speed by epoch, batch by
-- (generation, epoch).
-- Deduplication: speed inserts carry a token (table, epoch, flush, attempt); batch partitions are
-- dropped before they are filled again.
-- Retention: speed partitions go a while after their epoch closed, by a job; batch rows stay. No
-- TTL: it deletes imported history on arrival. Superseded parts of the speed table go after a
-- minute, not eight: after a power loss the open epochs are verified against the log anyway.

create table if not exists retail_core.rejections_speed
(
    epoch UInt32,
    flush_id UInt64,
    log_topic LowCardinality(String),
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    reason LowCardinality(String),
    detail String,
    source LowCardinality(String),
    event_id UUID,
    raw String
)
engine = MergeTree
partition by epoch
order by (log_topic, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    old_parts_lifetime = 60,
    min_parts_to_merge_at_once = 16,
    auto_statistics_types = '';

create table if not exists retail_core.rejections_batch
(
    generation UInt32,
    epoch UInt32,
    log_topic LowCardinality(String),
    log_partition UInt32,
    log_offset Int64,
    log_time DateTime64(6, 'UTC'),
    reason LowCardinality(String),
    detail String,
    source LowCardinality(String),
    event_id UUID,
    raw String
)
engine = MergeTree
partition by (generation, epoch)
order by (log_topic, log_partition, log_offset)
settings
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
