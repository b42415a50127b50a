-- What was booked of each product, day by day and store by store, in parts that add up?
-- Grain: one row or more per business_date, store_id, product_id, category, one per epoch and part of it: always
-- sum. Asked by: the screens, which sum over days, stores or products anyway. product_performance_summary has
-- the sums per day; to make these first takes several times as long.
create or replace view retail.product_sales_parts
(
    business_date Date comment 'the store''s calendar day',
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    category LowCardinality(String) comment 'the category that the event says',
    events UInt64 comment 'number of events of any type',
    sales UInt64 comment 'number of sales (receipt lines)',
    returns UInt64 comment 'number of returns',
    restocks UInt64 comment 'number of restocks',
    units_sold Decimal(38, 3) comment 'quantity of sales',
    units_returned Decimal(38, 3) comment 'quantity of returns',
    units_restocked Decimal(38, 3) comment 'quantity of restocks',
    gross_revenue Decimal(38, 7) comment 'revenue of sales',
    returned_revenue Decimal(38, 7) comment 'what returns took back, 0 or more',
    net_units Decimal(38, 3) comment 'units_sold less units_returned',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue',
    last_event_time DateTime64(3, 'UTC') comment 'when the newest event happened: how fresh the row is'
)
definer = {{definer}} sql security definer
as
select
    deltas.business_date as business_date,
    deltas.store_id as store_id,
    deltas.product_id as product_id,
    deltas.category as category,
    deltas.events as events,
    deltas.sales as sales,
    deltas.returns as returns,
    deltas.restocks as restocks,
    deltas.units_sold as units_sold,
    deltas.units_returned as units_returned,
    deltas.units_restocked as units_restocked,
    deltas.gross_revenue as gross_revenue,
    deltas.returned_revenue as returned_revenue,
    deltas.units_sold - deltas.units_returned as net_units,
    deltas.gross_revenue - deltas.returned_revenue as revenue,
    toDateTime64(deltas.last_event_time, 3, 'UTC') as last_event_time
from retail_core.product_sales as deltas
