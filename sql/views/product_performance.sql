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
with
    (
        select (groupArray(store_id), groupArray(toString(currency)))
        from retail_core.stores
        final
    ) as currencies
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
    -- The category of the last event in two steps: argMax over every delta costs more than all sums.
    select
        by_category.product_id as product_id,
        by_category.currency as currency,
        argMax(
            by_category.category,
            (by_category.last_event_time, by_category.category)
        ) as category,
        uniqExactMerge(by_category.store_ids) as stores,
        min(by_category.first_sold) as first_sold,
        max(by_category.last_sold) as last_sold,
        sum(by_category.sales) as sales,
        sum(by_category.returns) as returns,
        sum(by_category.units_sold) as units_sold,
        sum(by_category.units_returned) as units_returned,
        sum(by_category.gross_revenue) as gross_revenue,
        sum(by_category.gross_revenue) - sum(by_category.returned_revenue) as revenue
    from
    (
        select
            deltas.product_id as product_id,
            -- As lists: a join costs a look-up in a hash table per delta.
            transform(deltas.store_id, currencies.1, currencies.2, '') as currency,
            deltas.category as category,
            max(deltas.last_event_time) as last_event_time,
            uniqExactStateIf(deltas.store_id, deltas.sales > 0) as store_ids,
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
            sum(deltas.returned_revenue) as returned_revenue
        from retail_core.product_months as deltas
        group by
            deltas.product_id,
            currency,
            deltas.category
    ) as by_category
    group by
        by_category.product_id,
        by_category.currency
) as totals
window peers as (partition by totals.currency)
