-- What comes back, and how much of it?
-- Grain: one row per store_id, category, product_id that was sold or returned. Asked by: buyers, managers.
-- A rate is what came back per what was sold, above 1 when more came back than this store sold; null when
-- it sold none.
create or replace view retail.return_rate_analysis
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    category LowCardinality(String) comment 'the category that the event says',
    product_id String comment 'the product, as tills write it',
    sales UInt64 comment 'number of sales (receipt lines)',
    returns UInt64 comment 'number of returns',
    units_sold Decimal(38, 3) comment 'quantity of sales',
    units_returned Decimal(38, 3) comment 'quantity of returns',
    gross_revenue Decimal(38, 7) comment 'revenue of sales',
    returned_revenue Decimal(38, 7) comment 'what returns took back, 0 or more',
    unit_return_rate Nullable(Float64) comment 'units_returned / units_sold',
    revenue_return_rate Nullable(Float64) comment 'returned_revenue / gross_revenue'
)
definer = {{definer}} sql security definer
as
select
    deltas.store_id as store_id,
    deltas.category as category,
    deltas.product_id as product_id,
    sum(deltas.sales) as sales,
    sum(deltas.returns) as returns,
    sum(deltas.units_sold) as units_sold,
    sum(deltas.units_returned) as units_returned,
    sum(deltas.gross_revenue) as gross_revenue,
    sum(deltas.returned_revenue) as returned_revenue,
    if(
        sum(deltas.units_sold) = 0,
        null,
        round(toFloat64(sum(deltas.units_returned)) / toFloat64(sum(deltas.units_sold)), 6)
    ) as unit_return_rate,
    if(
        sum(deltas.gross_revenue) = 0,
        null,
        round(toFloat64(sum(deltas.returned_revenue)) / toFloat64(sum(deltas.gross_revenue)), 6)
    ) as revenue_return_rate
from retail_core.product_months as deltas
group by
    deltas.store_id,
    deltas.category,
    deltas.product_id
having sum(deltas.sales) + sum(deltas.returns) > 0
