-- What was sold, returned and restocked, live and historical, each event once?
-- Grain: one row per accepted event. `source` says which layer answers: batch or speed.
-- Asked by: analysts, BI tools, every other figure.
create or replace view retail.retail_events_unified
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
    epoch,
    layer as source
from retail_core.events
