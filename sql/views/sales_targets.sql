-- What is each store to take on each day?
-- Grain: one row per store_id and business_date with a target. Asked by: executives, BI tools.
-- How far a store got: sales_target_progress.
create or replace view retail.sales_targets
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    business_date Date comment 'the store''s calendar day',
    date_key UInt32 comment 'the business date as the number yyyymmdd',
    revenue Decimal(14, 4) comment 'what the store is to take that day',
    currency LowCardinality(String) comment 'ISO 4217; empty when dim_store does not know the store'
)
definer = {{definer}} sql security definer
as
select
    targets.store_id as store_id,
    targets.business_date as business_date,
    toYYYYMMDD(targets.business_date) as date_key,
    targets.revenue as revenue,
    stores.currency as currency
from
(
    select
        store_id,
        business_date,
        revenue
    from retail_core.sales_targets
    final
) as targets
left join retail_core.stores as stores final on stores.store_id = targets.store_id
-- Whatever the client sets.
settings join_use_nulls = 0
