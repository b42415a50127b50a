-- Which price was announced for a product, and from when to when does it hold?
-- Grain: one row per message accepted from the topic price-changes. Asked by: category managers, price checks.
create or replace view retail.price_changes
(
    event_time DateTime64(3, 'UTC') comment 'when it was announced',
    business_date Date comment 'the store''s calendar day of that',
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    price_type LowCardinality(String) comment 'REGULAR or PROMOTION',
    unit_price Decimal(14, 4) comment 'price per unit',
    effective_from DateTime64(3, 'UTC') comment 'from when it holds; event_time where none was stated',
    effective_until Nullable(DateTime64(3, 'UTC')) comment 'until when; null: until the next one',
    promotion_id String comment 'the promotion; empty: none',
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
    messages.product_id as product_id,
    messages.price_type as price_type,
    messages.unit_price as unit_price,
    if(
        toUnixTimestamp64Milli(messages.effective_from) = 0,
        messages.event_time,
        messages.effective_from
    ) as effective_from,
    if(toUnixTimestamp64Milli(messages.effective_until) = 0, null, messages.effective_until) as effective_until,
    messages.promotion_id as promotion_id,
    nullIf(messages.event_id, toUUID('00000000-0000-0000-0000-000000000000')) as event_id,
    messages.log_time as log_time,
    messages.log_partition as log_partition,
    messages.log_offset as log_offset,
    layer as source
from retail_core.price_changes as messages
