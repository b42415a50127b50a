-- What did suppliers announce, what arrived, what fell short?
-- Grain: one row per message accepted from the topic supplier-shipments. Asked by: buyers, inventory analysts.
-- Units on order: announced less arrived less short.
create or replace view retail.supplier_shipments
(
    event_time DateTime64(3, 'UTC') comment 'when it happened',
    business_date Date comment 'the store''s calendar day',
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    shipment_id String comment 'the shipment',
    status LowCardinality(String) comment 'ANNOUNCED, ARRIVED or SHORT',
    quantity Decimal(12, 3) comment 'units announced, arrived, or announced and not coming',
    supplier String comment 'the supplier; empty: not stated',
    unit_cost Nullable(Decimal(14, 4)) comment 'cost per unit; null: not stated',
    expected_at Nullable(DateTime64(3, 'UTC')) comment 'when it is expected; null: not stated',
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
    messages.shipment_id as shipment_id,
    messages.status as status,
    messages.quantity as quantity,
    messages.supplier as supplier,
    messages.unit_cost as unit_cost,
    if(toUnixTimestamp64Milli(messages.expected_at) = 0, null, messages.expected_at) as expected_at,
    nullIf(messages.event_id, toUUID('00000000-0000-0000-0000-000000000000')) as event_id,
    messages.log_time as log_time,
    messages.log_partition as log_partition,
    messages.log_offset as log_offset,
    layer as source
from retail_core.supplier_shipments as messages
