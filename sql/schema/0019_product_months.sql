-- What: sales, returns and restocks per month, store and product, as deltas that add up: a thirtieth of
-- the rows that a question over a whole year would read in product_sales.
-- Grain: one row per store_id, month (its first day), product_id, category once merged; readers sum.
-- Bit d-1 of sale_days says that something was sold on day d of the month.
-- Engine: AggregatingMergeTree. Order key: the grain, store first. Partitions: speed by epoch, batch
-- by (generation, epoch).
-- Deduplication: speed inserts carry a token (table, epoch, flush, attempt); batch partitions are
-- dropped before they are filled again. flush_id is the last flush that touched the row.
-- Retention: speed partitions go a while after their epoch closed, by a job; batch rows stay.

create table if not exists retail_core.product_months_speed
(
    epoch UInt32,
    flush_id SimpleAggregateFunction(max, UInt64),
    store_id UInt32,
    month Date,
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
    last_event_time SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    sale_days SimpleAggregateFunction(groupBitOr, UInt32)
)
engine = AggregatingMergeTree
partition by epoch
order by (store_id, month, product_id, category)
settings
    non_replicated_deduplication_window = 10000,
    old_parts_lifetime = 60,
    min_parts_to_merge_at_once = 16,
    auto_statistics_types = '';

create table if not exists retail_core.product_months_batch
(
    generation UInt32,
    epoch UInt32,
    store_id UInt32,
    month Date,
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
    last_event_time SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    sale_days SimpleAggregateFunction(groupBitOr, UInt32)
)
engine = AggregatingMergeTree
partition by (generation, epoch)
order by (store_id, month, product_id, category)
settings
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- The side table of the repair: filled from events, then put in place of one epoch's partition.
create table if not exists retail_core.product_months_repair as retail_core.product_months_speed;

-- What a directory of an earlier release holds already; empty first, as this file may run twice.
truncate table retail_core.product_months_speed;

truncate table retail_core.product_months_batch;

insert into retail_core.product_months_speed
(
    epoch,
    flush_id,
    store_id,
    month,
    product_id,
    category,
    events,
    sales,
    returns,
    restocks,
    units_sold,
    units_returned,
    units_restocked,
    gross_revenue,
    returned_revenue,
    last_event_time,
    sale_days
)
settings max_partitions_per_insert_block = 0
select
    days.epoch,
    max(days.flush_id),
    days.store_id,
    toStartOfMonth(days.business_date) as month_start,
    days.product_id,
    days.category,
    sum(days.events),
    sum(days.sales),
    sum(days.returns),
    sum(days.restocks),
    sum(days.units_sold),
    sum(days.units_returned),
    sum(days.units_restocked),
    sum(days.gross_revenue),
    sum(days.returned_revenue),
    max(days.last_event_time),
    groupBitOrIf(
        bitShiftLeft(toUInt32(1), toDayOfMonth(days.business_date) - 1),
        days.sales > 0
    )
from retail_core.product_sales_speed as days
group by
    days.epoch,
    days.store_id,
    month_start,
    days.product_id,
    days.category;

insert into retail_core.product_months_batch
(
    generation,
    epoch,
    store_id,
    month,
    product_id,
    category,
    events,
    sales,
    returns,
    restocks,
    units_sold,
    units_returned,
    units_restocked,
    gross_revenue,
    returned_revenue,
    last_event_time,
    sale_days
)
settings max_partitions_per_insert_block = 0
select
    days.generation,
    days.epoch,
    days.store_id,
    toStartOfMonth(days.business_date) as month_start,
    days.product_id,
    days.category,
    sum(days.events),
    sum(days.sales),
    sum(days.returns),
    sum(days.restocks),
    sum(days.units_sold),
    sum(days.units_returned),
    sum(days.units_restocked),
    sum(days.gross_revenue),
    sum(days.returned_revenue),
    max(days.last_event_time),
    groupBitOrIf(
        bitShiftLeft(toUInt32(1), toDayOfMonth(days.business_date) - 1),
        days.sales > 0
    )
from retail_core.product_sales_batch as days
group by
    days.generation,
    days.epoch,
    days.store_id,
    month_start,
    days.product_id,
    days.category;
