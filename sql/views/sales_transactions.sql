-- What did each basket hold, as the topic sales-transactions tells it?
-- Grain: one row per receipt line accepted from that topic. Asked by: analysts who follow baskets and customers.
-- Not added to revenue: the same sale comes through retail_events.
create or replace view retail.sales_transactions
(
    event_time DateTime64(3, 'UTC') comment 'when it happened',
    business_date Date comment 'the store''s calendar day',
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    category LowCardinality(String) comment 'as the till wrote it',
    transaction_type Enum8('SALE' = 1, 'RETURN' = 2, 'RESTOCK' = 3) comment 'SALE or RETURN',
    quantity Decimal(12, 3) comment 'units',
    unit_price Decimal(14, 4) comment 'price per unit',
    revenue Decimal(38, 7) comment 'quantity x unit_price, negative for a return',
    basket_id String comment 'the basket',
    customer_id String comment 'the customer; empty: not known',
    register_id String comment 'the till; empty: not known',
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
    messages.category as category,
    messages.transaction_type as transaction_type,
    messages.quantity as quantity,
    messages.unit_price as unit_price,
    messages.revenue as revenue,
    messages.basket_id as basket_id,
    messages.customer_id as customer_id,
    messages.register_id as register_id,
    messages.promotion_id as promotion_id,
    nullIf(messages.event_id, toUUID('00000000-0000-0000-0000-000000000000')) as event_id,
    messages.log_time as log_time,
    messages.log_partition as log_partition,
    messages.log_offset as log_offset,
    layer as source
from retail_core.sales_transactions as messages
