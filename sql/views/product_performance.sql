-- How does each product do over all time and all stores?
-- Grain: one row per product_id and currency. Asked by: buyers, executives.
-- Shares and ranks are among the products of one currency: amounts of two do not compare.
create or replace view retail.product_performance
(
    product_id String comment 'the product, as tills write it',
    currency LowCardinality(String) comment 'ISO 4217; empty when dim_store does not know the store',
    category String comment 'the category of its last event',
    stores UInt64 comment 'number of stores that sold it',
    first_sold Nullable(Date) comment 'business date of the first sale; null: never',
    last_sold Nullable(Date) comment 'business date of the last sale; null: never',
    sales UInt64 comment 'number of sales (receipt lines)',
    returns UInt64 comment 'number of returns',
    units_sold Decimal(38, 3) comment 'quantity of sales',
    units_returned Decimal(38, 3) comment 'quantity of returns',
    revenue Decimal(38, 7) comment 'gross_revenue less returned_revenue',
    mean_unit_price Nullable(Float64) comment 'gross_revenue / units_sold',
    unit_return_rate Nullable(Float64) comment 'units_returned / units_sold',
    revenue_share Nullable(Float64) comment 'share of the revenue of its currency, 0 to 1',
    revenue_rank UInt64 comment '1 is the most revenue in its currency'
)
definer = {{definer}} sql security definer
as
select
    totals.product_id as product_id,
    totals.currency as currency,
    totals.category as category,
    totals.stores as stores,
    totals.first_sold as first_sold,
    totals.last_sold as last_sold,
    totals.sales as sales,
    totals.returns as returns,
    totals.units_sold as units_sold,
    totals.units_returned as units_returned,
    totals.revenue as revenue,
    if(
        totals.units_sold = 0,
        null,
        round(toFloat64(totals.gross_revenue) / toFloat64(totals.units_sold), 6)
    ) as mean_unit_price,
    if(
        totals.units_sold = 0,
        null,
        round(toFloat64(totals.units_returned) / toFloat64(totals.units_sold), 6)
    ) as unit_return_rate,
    if(
        sum(totals.revenue) over peers = 0,
        null,
        round(toFloat64(totals.revenue) / toFloat64(sum(totals.revenue) over peers), 6)
    ) as revenue_share,
    rank() over (
        partition by totals.currency
        order by totals.revenue desc
    ) as revenue_rank
from
(
    select
        deltas.product_id as product_id,
        stores.currency as currency,
        argMax(deltas.category, (deltas.last_event_time, deltas.category)) as category,
        uniqExactIf(deltas.store_id, deltas.sales > 0) as stores,
        -- The lowest and the highest day of a month's bits.
        minOrNullIf(
            deltas.month + bitCount(bitAnd(bitNot(deltas.sale_days), deltas.sale_days - 1)),
            deltas.sale_days > 0
        ) as first_sold,
        maxOrNullIf(
            deltas.month + toUInt8(log2(greatest(deltas.sale_days, 1))),
            deltas.sale_days > 0
        ) as last_sold,
        sum(deltas.sales) as sales,
        sum(deltas.returns) as returns,
        sum(deltas.units_sold) as units_sold,
        sum(deltas.units_returned) as units_returned,
        sum(deltas.gross_revenue) as gross_revenue,
        sum(deltas.gross_revenue) - sum(deltas.returned_revenue) as revenue
    from retail_core.product_months as deltas
    left join retail_core.stores as stores final on stores.store_id = deltas.store_id
    group by
        deltas.product_id,
        stores.currency
) as totals
window peers as (partition by totals.currency)
-- Whatever the client sets.
settings join_use_nulls = 0
