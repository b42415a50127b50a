-- What: ClickHouse reads the event topic from Kafka by itself, beside shelfcast, into a plain table of
-- messages as they were sent: unchecked, repeats included, with no roll-up. Retail numbers are in the
-- views of `retail`; this is for whoever wants the raw stream.
-- Grain: one row per Kafka record. At least once: when the server ends between writing and committing its
-- offsets, records come again; the table then drops the older row of the same place when it merges, so
-- ask `from retail_kafka.messages final` where that matters. Order key: the record's place in the log.
-- Retention: none; add a ttl. Who asks: an administrator, once, after putting in brokers and topic.
create database if not exists retail_kafka;

create table if not exists retail_kafka.messages
(
    topic LowCardinality(String),
    partition UInt32,
    offset UInt64,
    log_time DateTime64(3, 'UTC'),
    store_id String,
    message String
)
engine = ReplacingMergeTree
order by (topic, partition, offset);

create table if not exists retail_kafka.queue
(
    message String
)
engine = Kafka
settings
    kafka_broker_list = 'localhost:9092',
    kafka_topic_list = 'retail_events',
    kafka_group_name = 'clickhouse_messages',
    kafka_format = 'RawBLOB',
    kafka_flush_interval_ms = 1000;

create materialized view if not exists retail_kafka.queue_to_messages to retail_kafka.messages as
select
    _topic as topic,
    _partition as partition,
    _offset as offset,
    assumeNotNull(_timestamp_ms) as log_time,
    _key as store_id,
    message
from retail_kafka.queue;
