-- What was sold, returned and restocked, live and historical, each event once?
-- Grain: one row per accepted event. `source` says which layer answers: batch or speed.
-- Asked by: analysts, BI tools, every other figure.
create or replace view retail.retail_events_unified
(
    event_time DateTime64(3, 'UTC') comment 'when it happened',
    business_date Date comment 'the store''s calendar day',
    hour_start DateTime('UTC') comment 'start of the store''s hour',
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    category LowCardinality(String) comment 'the category that the event says',
    transaction_type Enum8('SALE' = 1, 'RETURN' = 2, 'RESTOCK' = 3) comment 'SALE, RETURN or RESTOCK',
    quantity Decimal(12, 3) comment 'amount sold, returned or restocked, greater than 0',
    unit_price Decimal(14, 4) comment 'price of one unit, 0 or more',
    revenue Decimal(38, 7) comment 'quantity x unit_price: plus for SALE, minus for RETURN, 0 for RESTOCK',
    event_id Nullable(UUID) comment 'the sender''s id; null: it gave none',
    register_id String comment 'the till; empty: not given',
    customer_id String comment 'the customer; empty: not given',
    basket_id String comment 'the receipt; empty: not given',
    promotion_id String comment 'the promotion; empty: not given',
    unit_cost Nullable(Decimal(14, 4)) comment 'cost of one unit; null: not known',
    discount Nullable(Decimal(14, 4)) comment 'what was taken off; informs only; null: not given',
    log_time DateTime64(6, 'UTC') comment 'when the log had it durably',
    log_partition UInt32 comment 'partition of the log',
    log_offset Int64 comment 'place in the partition: with it, the identity of an event',
    epoch UInt32 comment 'the epoch it arrived in',
    source String comment 'batch or speed: which layer answers'
)
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
