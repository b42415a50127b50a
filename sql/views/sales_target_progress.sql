-- How far did each store get with what it was to take?
-- Grain: one row per store_id and business_date with a target. Asked by: executives, store managers.
-- actual_revenue is 0 while the store has sold nothing that day.
create or replace view retail.sales_target_progress
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    business_date Date comment 'the store''s calendar day',
    currency LowCardinality(String) comment 'ISO 4217; empty when dim_store does not know the store',
    target_revenue Decimal(14, 4) comment 'what the store is to take',
    actual_revenue Decimal(38, 7) comment 'what it took: revenue of daily_sales_summary',
    difference Decimal(38, 7) comment 'actual_revenue less target_revenue',
    attainment Nullable(Float64) comment 'actual_revenue / target_revenue; null for a target of 0'
)
definer = {{definer}} sql security definer
as
select
    targets.store_id as store_id,
    targets.business_date as business_date,
    stores.currency as currency,
    targets.revenue as target_revenue,
    ifNull(actual.revenue, 0) as actual_revenue,
    actual_revenue - target_revenue as difference,
    if(
        targets.revenue > 0,
        round(toFloat64(actual_revenue) / toFloat64(targets.revenue), 6),
        null
    ) as attainment
from
(
    select
        store_id,
        business_date,
        revenue
    from retail_core.sales_targets
    final
) as targets
left join
(
    select
        deltas.store_id as store_id,
        deltas.business_date as business_date,
        toNullable(sum(deltas.gross_revenue) - sum(deltas.returned_revenue)) as revenue
    from retail_core.daily_sales as deltas
    group by
        deltas.store_id,
        deltas.business_date
) as actual
    on actual.store_id = targets.store_id
    and actual.business_date = targets.business_date
left join retail_core.stores as stores final on stores.store_id = targets.store_id
-- Whatever the client sets.
settings join_use_nulls = 0
