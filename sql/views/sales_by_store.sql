-- What has each store sold over all time?
-- Grain: one row per store with events. Asked by: executives, regional managers.
-- revenue is gross_revenue (sales) less returned_revenue, net_units likewise; restocks earn none.
create or replace view retail.sales_by_store
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    store_code String comment 'the chain''s own name of the store',
    store_name String comment 'the name people use',
    city String comment 'where the store is',
    region String comment 'part of the country; empty: unknown',
    country String comment 'two letters (ISO 3166-1) or English name; empty: unknown',
    currency String comment 'ISO 4217; empty when dim_store does not know the store',
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
    deltas.store_id as store_id,
    any(stores.store_code) as store_code,
    any(stores.name) as store_name,
    any(stores.city) as city,
    any(stores.region) as region,
    any(stores.country) as country,
    any(stores.currency) as currency,
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
from retail_core.daily_sales as deltas
left join retail_core.stores as stores final on stores.store_id = deltas.store_id
group by
    deltas.store_id
-- Whatever the client sets.
settings join_use_nulls = 0
