-- What has the speed layer seen, including closed epochs that it still keeps?
-- Grain: one row per accepted event that the speed layer keeps (90 days after its epoch closed).
-- Asked by: operations, live screens.
create or replace view retail.retail_events_realtime
definer = {{definer}} sql security definer
as
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
from retail_core.events_speed
