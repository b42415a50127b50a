-- What: ClickHouse's own consumer: a table that reads the topic, and the view that moves its rows on.
-- String columns throughout: dictionary columns here were slower.
-- Grain: one row per message. Who asks: comparison.py.
create table retail.queue
(
    event_id String,
    event_time DateTime64(3, 'UTC'),
    store_id UInt32,
    product_id String,
    category String,
    transaction_type String,
    quantity Decimal(12, 3),
    unit_price Decimal(14, 4)
)
engine = Kafka
settings
    kafka_broker_list = '{{broker}}',
    kafka_topic_list = '{{topic}}',
    kafka_group_name = '{{group}}',
    kafka_format = 'JSONEachRow'{{settings}};

create materialized view retail.queue_rows to retail.retail_events_realtime as
select *
from retail.queue;
