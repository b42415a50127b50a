-- What: every message that ClickHouse read from Kafka. Grain: one row per record.
-- Who asks: kafka_engine_test.
select
    partition,
    offset,
    toUnixTimestamp64Milli(log_time),
    store_id,
    message
from retail_kafka.messages final
order by
    partition,
    offset
format TSVRaw
