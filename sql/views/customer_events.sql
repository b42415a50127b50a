-- Who came through the door, what was scanned, which baskets were made?
-- Grain: one row per message accepted from the topic customer-events. Asked by: store managers, conversion.
create or replace view retail.customer_events
(
    event_time DateTime64(3, 'UTC') comment 'when it happened',
    business_date Date comment 'the store''s calendar day',
    store_id UInt32 comment 'the store; dim_store.store_id',
    event_type LowCardinality(String) comment 'FOOTFALL, SCAN or BASKET',
    quantity Decimal(12, 3) comment 'people, units scanned, or items in the basket',
    product_id String comment 'the product scanned; empty: none',
    register_id String comment 'the till; empty: not known',
    customer_id String comment 'the customer; empty: not known',
    basket_id String comment 'the basket; empty: none',
    event_id Nullable(UUID) comment 'the sender''s id; null: it gave none',
    log_time DateTime64(6, 'UTC') comment 'when the log took it',
    log_partition UInt32 comment 'partition of the log',
    log_offset Int64 comment 'place in the partition: with it, the identity in its topic',
    source String comment 'batch or speed: which layer answers'
)
definer = {{definer}} sql security definer
as
select
    messages.event_time as event_time,
    messages.business_date as business_date,
    messages.store_id as store_id,
    messages.event_type as event_type,
    messages.quantity as quantity,
    messages.product_id as product_id,
    messages.register_id as register_id,
    messages.customer_id as customer_id,
    messages.basket_id as basket_id,
    nullIf(messages.event_id, toUUID('00000000-0000-0000-0000-000000000000')) as event_id,
    messages.log_time as log_time,
    messages.log_partition as log_partition,
    messages.log_offset as log_offset,
    layer as source
from retail_core.customer_events as messages
