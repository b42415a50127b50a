-- What moved the stock of a product, and by how much?
-- Grain: one row per movement that the stock ledger booked. Asked by: store managers, auditors.
create or replace view retail.stock_movements
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    event_time DateTime64(3, 'UTC') comment 'when it happened',
    business_date Date comment 'the store''s calendar day',
    cause LowCardinality(String) comment 'sale, return, receipt, count, correction, waste or transfer',
    quantity_units Decimal(18, 3) comment 'units; negative when they left the store',
    on_hand_units Nullable(Decimal(18, 3)) comment 'units in the store after it; null: not counted yet',
    reference String comment 'basket, shipment or count that it belongs to; empty: none',
    log_topic LowCardinality(String) comment 'topic of the log',
    log_partition UInt32 comment 'partition of the log',
    log_offset Int64 comment 'place in the partition: with it, the identity of an event'
)
definer = {{definer}} sql security definer
as
select
    store_id,
    product_id,
    event_time,
    business_date,
    cause,
    quantity_units,
    on_hand_units,
    reference,
    log_topic,
    log_partition,
    log_offset
from retail_core.stock_movements
final
