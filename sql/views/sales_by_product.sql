-- What does each product sell month by month, over all stores?
-- Grain: one row per month, product_id, category and currency: amounts of different currencies are never
-- added. Asked by: buyers, executives, BI tools for the top products of a season or a year.
-- revenue is gross_revenue (sales) less returned_revenue, net_units likewise; restocks earn none.
create or replace view retail.sales_by_product
(
    month Date comment 'first day of the month of the store''s calendar',
    product_id String comment 'the product, as tills write it',
    category LowCardinality(String) comment 'the category that the event says',
    currency LowCardinality(String) comment 'ISO 4217; empty when dim_store does not know the store',
    stores UInt64 comment 'number of stores with events of it',
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
with
    -- As lists: a join costs a look-up in a hash table per delta, twice the time of the sums.
    (
        select (groupArray(store_id), groupArray(toString(currency)))
        from retail_core.stores
        final
    ) as currencies
select
    deltas.month as month,
    deltas.product_id as product_id,
    deltas.category as category,
    transform(deltas.store_id, currencies.1, currencies.2, '') as currency,
    uniqExact(deltas.store_id) as stores,
    sum(deltas.events) as events,
    sum(deltas.sales) as sales,
    sum(deltas.returns) as returns,
    sum(deltas.restocks) as restocks,
    sum(deltas.units_sold) as units_sold,
    sum(deltas.units_returned) as units_returned,
    sum(deltas.units_restocked) as units_restocked,
    sum(deltas.gross_revenue) as gross_revenue,
    sum(deltas.returned_revenue) as returned_revenue,
    sum(deltas.units_sold) - sum(deltas.units_returned) as net_units,
    sum(deltas.gross_revenue) - sum(deltas.returned_revenue) as revenue,
    toDateTime64(max(deltas.last_event_time), 3, 'UTC') as last_event_time
from retail_core.product_months as deltas
group by
    deltas.month,
    deltas.product_id,
    deltas.category,
    currency
