-- What: sales, returns and restocks per day, store and product, as deltas that add up.
-- Grain: one row per business_date, store_id, product_id, category once merged; readers sum.
-- Engine: AggregatingMergeTree. Order key: product first, as people follow one over stores and
-- days. Partitions: speed by epoch, batch by (generation, epoch).
-- Deduplication: speed inserts carry a token (table, epoch, flush, attempt); batch partitions are
-- dropped before they are filled again. flush_id is the last flush that touched the row.
-- Retention: speed partitions go a while after their epoch closed, by a job; batch rows stay.

create table if not exists retail_core.product_sales_speed
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
order by (product_id, store_id, business_date, category)
settings
    non_replicated_deduplication_window = 10000,
    old_parts_lifetime = 60,
    min_parts_to_merge_at_once = 16,
    auto_statistics_types = '';

create table if not exists retail_core.product_sales_batch
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
order by (product_id, store_id, business_date, category)
settings
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- The side table of the repair: filled from events, then put in place of one epoch's partition.
create table if not exists retail_core.product_sales_repair as retail_core.product_sales_speed;
