-- What: the tables of every peer: event rows and the three roll-ups, fed by materialized views, under
-- the names that the views of shelfcast have, so that the same statements check both.
-- Grain: one row per event; per day, store and category; per hour and store; per product, day and
-- store. Fewer measures than shelfcast keeps, no time zone, no duplicates' ids: less work.
-- Who asks: clickhouse.py, on an empty server.
create database retail;

create table retail.retail_events_realtime
(
    event_id String,
    event_time DateTime64(3, 'UTC'),
    store_id UInt32,
    product_id String,
    category LowCardinality(String),
    transaction_type LowCardinality(String),
    quantity Decimal(12, 3),
    unit_price Decimal(14, 4),
    revenue Decimal(18, 7) materialized
        multiIf(transaction_type = 'SALE', 1, transaction_type = 'RETURN', -1, 0) * quantity * unit_price
)
engine = MergeTree
partition by toYYYYMM(event_time)
order by (store_id, event_time);

create table retail.daily_sales_summary
(
    business_date Date,
    store_id UInt32,
    category LowCardinality(String),
    events UInt64,
    units Decimal(38, 3),
    revenue Decimal(38, 7)
)
engine = SummingMergeTree
partition by toYYYYMM(business_date)
order by (business_date, store_id, category);

create table retail.hourly_sales_summary
(
    store_id UInt32,
    hour_start DateTime('UTC'),
    events UInt64,
    units Decimal(38, 3),
    revenue Decimal(38, 7)
)
engine = SummingMergeTree
partition by toYYYYMM(hour_start)
order by (store_id, hour_start);

create table retail.product_performance_summary
(
    product_id String,
    business_date Date,
    store_id UInt32,
    events UInt64,
    units Decimal(38, 3),
    revenue Decimal(38, 7)
)
engine = SummingMergeTree
partition by toYYYYMM(business_date)
order by (product_id, business_date, store_id);

create materialized view retail.daily_sales to retail.daily_sales_summary as
select
    toDate(event_time) as business_date,
    store_id,
    category,
    count() as events,
    sum(quantity) as units,
    sum(retail_events_realtime.revenue) as revenue
from retail.retail_events_realtime
group by
    business_date,
    store_id,
    category;

create materialized view retail.hourly_sales to retail.hourly_sales_summary as
select
    store_id,
    toStartOfHour(event_time) as hour_start,
    count() as events,
    sum(quantity) as units,
    sum(retail_events_realtime.revenue) as revenue
from retail.retail_events_realtime
group by
    store_id,
    hour_start;

create materialized view retail.product_sales to retail.product_performance_summary as
select
    product_id,
    toDate(event_time) as business_date,
    store_id,
    count() as events,
    sum(quantity) as units,
    sum(retail_events_realtime.revenue) as revenue
from retail.retail_events_realtime
group by
    product_id,
    business_date,
    store_id;
