-- What did people find, correct, write off and reserve?
-- Grain: one row per message accepted from the topic inventory-updates. Asked by: inventory analysts, auditors.
-- COUNT states how many units there are; the others say by how much they change.
create or replace view retail.inventory_updates
(
    event_time DateTime64(3, 'UTC') comment 'when it happened',
    business_date Date comment 'the store''s calendar day',
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    update_type LowCardinality(String) comment 'COUNT, CORRECTION, WASTE, RESERVE or RELEASE',
    quantity Decimal(12, 3) comment 'units; of a correction also below 0',
    reference String comment 'the count sheet or order it belongs to; empty: none',
    reason String comment 'why, as stated; empty: not stated',
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
    messages.update_type as update_type,
    messages.quantity as quantity,
    messages.reference as reference,
    messages.reason as reason,
    nullIf(messages.event_id, toUUID('00000000-0000-0000-0000-000000000000')) as event_id,
    messages.log_time as log_time,
    messages.log_partition as log_partition,
    messages.log_offset as log_offset,
    layer as source
from retail_core.inventory_updates as messages
