-- What: what moves or promises stock and is no receipt line of retail_events (whose units are in
-- product_sales), as deltas that add up: counts, corrections, waste, reservations, shipments, and sales
-- of the topic sales-transactions. The stock ledger's other half.
-- Grain: one row per store_id, business_date, product_id once merged; readers sum, but of the counts the
-- greatest holds. last_count is UTC milliseconds x 10^9 + units counted, first_count (10^13 - UTC
-- milliseconds) x 10^9 + units: the greatest is the newest of the one and the oldest of the other.
-- Engine: AggregatingMergeTree. Order key: the grain, store first. Partitions: speed by epoch, batch
-- by (generation, epoch).
-- Deduplication: speed inserts carry a token (table, epoch, flush, attempt); batch partitions are
-- dropped before they are filled again. flush_id is the last flush that touched the row.
-- Retention: speed partitions go a while after their epoch closed, by a job; batch rows stay.

create table if not exists retail_core.stock_days_speed
(
    epoch UInt32,
    flush_id SimpleAggregateFunction(max, UInt64),
    store_id UInt32,
    business_date Date,
    product_id String,
    events SimpleAggregateFunction(sum, UInt64),
    counts SimpleAggregateFunction(sum, UInt64),
    units_sold SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_returned SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_corrected SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_wasted SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_reserved SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_announced SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_arrived SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_short SimpleAggregateFunction(sum, Decimal(38, 3)),
    first_count SimpleAggregateFunction(max, Decimal(38, 3)),
    last_count SimpleAggregateFunction(max, Decimal(38, 3)),
    last_event_time SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
engine = AggregatingMergeTree
partition by epoch
order by (store_id, business_date, product_id)
settings
    non_replicated_deduplication_window = 10000,
    old_parts_lifetime = 60,
    min_parts_to_merge_at_once = 16,
    auto_statistics_types = '';

create table if not exists retail_core.stock_days_batch
(
    generation UInt32,
    epoch UInt32,
    store_id UInt32,
    business_date Date,
    product_id String,
    events SimpleAggregateFunction(sum, UInt64),
    counts SimpleAggregateFunction(sum, UInt64),
    units_sold SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_returned SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_corrected SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_wasted SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_reserved SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_announced SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_arrived SimpleAggregateFunction(sum, Decimal(38, 3)),
    units_short SimpleAggregateFunction(sum, Decimal(38, 3)),
    first_count SimpleAggregateFunction(max, Decimal(38, 3)),
    last_count SimpleAggregateFunction(max, Decimal(38, 3)),
    last_event_time SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
engine = AggregatingMergeTree
partition by (generation, epoch)
order by (store_id, business_date, product_id)
settings
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- The side table of the repair: filled from rows, then put in place of one epoch's partition.
create table if not exists retail_core.stock_days_repair as retail_core.stock_days_speed;
