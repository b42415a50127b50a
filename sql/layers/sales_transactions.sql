-- Which rows of `sales_transactions` count now? Batch rows up to the last closed epoch, speed rows
-- past it: the manifest is read once per query, so one inserted row switches all views together.
-- Grain: one row per accepted message. Asked by: the views of `retail`.
create or replace view retail_core.sales_transactions
sql security invoker
as
with
    (
        select max((generation, closed_epoch))
        from retail_core.manifest
    ) as newest
select
    'batch' as layer,
    epoch,
    log_partition,
    log_offset,
    log_time,
    event_time,
    business_date,
    hour_start,
    store_id,
    product_id,
    category,
    transaction_type,
    quantity,
    unit_price,
    revenue,
    event_id,
    register_id,
    customer_id,
    basket_id,
    promotion_id,
    unit_cost,
    discount
from retail_core.sales_transactions_batch
where generation = newest.1
    and epoch <= newest.2
union all
select
    'speed' as layer,
    epoch,
    log_partition,
    log_offset,
    log_time,
    event_time,
    business_date,
    hour_start,
    store_id,
    product_id,
    category,
    transaction_type,
    quantity,
    unit_price,
    revenue,
    event_id,
    register_id,
    customer_id,
    basket_id,
    promotion_id,
    unit_cost,
    discount
from retail_core.sales_transactions_speed
where epoch > newest.2
