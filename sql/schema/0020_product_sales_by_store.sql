-- What: product_sales in another order: store first, then day. A store and a period is what people
-- ask for and what they may see; what concerns a product over all stores asks product_months.
-- Grain, engine, partitions, deduplication, retention: as 0008_product_sales.sql says.

drop table if exists retail_core.product_sales_speed_reordered;

create table if not exists retail_core.product_sales_speed_reordered
(
    epoch UInt32,
    flush_id SimpleAggregateFunction(max, UInt64),
    business_date Date,
    store_id UInt32,
    product_id String,
    category LowCardinality(String),
    events SimpleAggregateFunction(sum, UInt64),
    sales SimpleAggregateFunction(sum, UInt64),
    returns SimpleAggregateFunction(sum, UInt64),
    restocks SimpleAggregateFunction(sum, UInt64),
    units_sold SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_returned SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_restocked SimpleAggregateFunction(sum, Decimal(38, 3)),
    gross_revenue SimpleAggregateFunction(sum, Decimal(38, 7)),
    returned_revenue SimpleAggregateFunction(sum, Decimal(38, 7)),
    last_event_time SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
engine = AggregatingMergeTree
partition by epoch
order by (store_id, business_date, product_id, category)
settings
    non_replicated_deduplication_window = 10000,
    old_parts_lifetime = 60,
    min_parts_to_merge_at_once = 16,
    auto_statistics_types = '';

insert into retail_core.product_sales_speed_reordered
settings max_partitions_per_insert_block = 0
select *
from retail_core.product_sales_speed;

exchange tables retail_core.product_sales_speed and retail_core.product_sales_speed_reordered;

drop table retail_core.product_sales_speed_reordered;

drop table if exists retail_core.product_sales_batch_reordered;

create table if not exists retail_core.product_sales_batch_reordered
(
    generation UInt32,
    epoch UInt32,
    business_date Date,
    store_id UInt32,
    product_id String,
    category LowCardinality(String),
    events SimpleAggregateFunction(sum, UInt64),
    sales SimpleAggregateFunction(sum, UInt64),
    returns SimpleAggregateFunction(sum, UInt64),
    restocks SimpleAggregateFunction(sum, UInt64),
    units_sold SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_returned SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_restocked SimpleAggregateFunction(sum, Decimal(38, 3)),
    gross_revenue SimpleAggregateFunction(sum, Decimal(38, 7)),
    returned_revenue SimpleAggregateFunction(sum, Decimal(38, 7)),
    last_event_time SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
engine = AggregatingMergeTree
partition by (generation, epoch)
order by (store_id, business_date, product_id, category)
settings
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

insert into retail_core.product_sales_batch_reordered
settings max_partitions_per_insert_block = 0
select *
from retail_core.product_sales_batch;

exchange tables retail_core.product_sales_batch and retail_core.product_sales_batch_reordered;

drop table retail_core.product_sales_batch_reordered;

-- The repair puts its partitions in place: it needs the same order.
drop table if exists retail_core.product_sales_repair;

create table retail_core.product_sales_repair as retail_core.product_sales_speed;
