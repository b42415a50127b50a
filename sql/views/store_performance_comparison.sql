-- How do the stores compare?
-- Grain: one row per store with events. Asked by: executives, regional managers.
-- Shares, ranks and averages are among the stores of one currency: amounts of two do not compare.
create or replace view retail.store_performance_comparison
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    store_code String comment 'the chain''s own name of the store',
    store_name String comment 'the name people use',
    city String comment 'where the store is',
    region String comment 'part of the country; empty: unknown',
    country String comment 'two letters (ISO 3166-1) or English name; empty: unknown',
    currency LowCardinality(String) comment 'ISO 4217; empty when dim_store does not know the store',
    trading_days UInt64 comment 'business dates with any event',
    sales UInt64 comment 'number of sales (receipt lines)',
    returns UInt64 comment 'number of returns',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue',
    revenue_per_trading_day Float64 comment 'revenue / trading_days',
    revenue_per_sale Nullable(Float64) comment 'gross_revenue / sales; null without sales',
    revenue_return_rate Nullable(Float64) comment 'returned_revenue / gross_revenue',
    revenue_per_square_foot Nullable(Float64) comment 'revenue / square_footage; null: area unknown',
    revenue_share Nullable(Float64) comment 'share of the revenue of its currency, 0 to 1',
    peer_mean_revenue Float64 comment 'mean revenue of the stores of its currency',
    revenue_rank UInt64 comment '1 is the most revenue in its currency'
)
definer = {{definer}} sql security definer
as
select
    totals.store_id as store_id,
    stores.store_code as store_code,
    stores.name as store_name,
    stores.city as city,
    stores.region as region,
    stores.country as country,
    stores.currency as currency,
    totals.trading_days as trading_days,
    totals.sales as sales,
    totals.returns as returns,
    totals.revenue as revenue,
    round(toFloat64(totals.revenue) / totals.trading_days, 6) as revenue_per_trading_day,
    if(totals.sales = 0, null, round(toFloat64(totals.gross_revenue) / totals.sales, 6)) as revenue_per_sale,
    if(
        totals.gross_revenue = 0,
        null,
        round(toFloat64(totals.returned_revenue) / toFloat64(totals.gross_revenue), 6)
    ) as revenue_return_rate,
    if(
        stores.square_footage = 0,
        null,
        round(toFloat64(totals.revenue) / stores.square_footage, 6)
    ) as revenue_per_square_foot,
    if(
        sum(totals.revenue) over peers = 0,
        null,
        round(toFloat64(totals.revenue) / toFloat64(sum(totals.revenue) over peers), 6)
    ) as revenue_share,
    round(toFloat64(sum(totals.revenue) over peers) / (count() over peers), 6) as peer_mean_revenue,
    rank() over (
        partition by stores.currency
        order by totals.revenue desc
    ) as revenue_rank
from
(
    select
        deltas.store_id as store_id,
        uniqExact(deltas.business_date) as trading_days,
        sum(deltas.sales) as sales,
        sum(deltas.returns) as returns,
        sum(deltas.gross_revenue) as gross_revenue,
        sum(deltas.returned_revenue) as returned_revenue,
        sum(deltas.gross_revenue) - sum(deltas.returned_revenue) as revenue
    from retail_core.daily_sales as deltas
    group by
        deltas.store_id
) as totals
left join retail_core.stores as stores final on stores.store_id = totals.store_id
window peers as (partition by stores.currency)
-- Whatever the client sets.
settings join_use_nulls = 0
