-- What has the batch layer loaded from the lake, up to the last closed epoch?
-- Grain: one row per accepted event of a closed epoch. Asked by: analysts, audits.
create or replace view retail.retail_events_historical
definer = {{definer}} sql security definer
as
with
    (
        select max((generation, closed_epoch))
        from retail_core.manifest
    ) as newest
select
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
    nullIf(event_id, toUUID('00000000-0000-0000-0000-000000000000')) as event_id,
    register_id,
    customer_id,
    basket_id,
    promotion_id,
    unit_cost,
    discount,
    log_time,
    log_partition,
    log_offset,
    epoch
from retail_core.events_batch
where generation = newest.1
    and epoch <= newest.2
