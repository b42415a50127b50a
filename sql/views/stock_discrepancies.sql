-- What did a till sell that the ledger says was not there?
-- Grain: one row per sale that was made while no unit of the product was left. Asked by: store managers,
-- inventory analysts.
-- Only where a count or a receipt came before: of other products the ledger does not know what there was. A
-- count that came late may take rows away.
create or replace view retail.stock_discrepancies
(
    event_time DateTime64(3, 'UTC') comment 'when it was sold',
    business_date Date comment 'the store''s calendar day',
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    units_sold Decimal(18, 3) comment 'units sold',
    on_hand_before Decimal(18, 3) comment 'units in the store before it, by the ledger',
    reference String comment 'the receipt; empty: not given',
    log_topic LowCardinality(String) comment 'topic of the log',
    log_partition UInt32 comment 'partition of the log',
    log_offset Int64 comment 'place in the partition: with it, the identity of an event'
)
definer = {{definer}} sql security definer
as
select
    event_time,
    business_date,
    store_id,
    product_id,
    -quantity_units as units_sold,
    assumeNotNull(on_hand_units) - quantity_units as on_hand_before,
    reference,
    log_topic,
    log_partition,
    log_offset
from
(
    select
        *,
        max(cause in ('count', 'receipt')) over (
            partition by
                store_id,
                product_id
            order by
                event_time,
                cause = 'count',
                log_topic,
                log_partition,
                log_offset
            rows between unbounded preceding and current row
        ) as is_known
    from retail.stock_movements
)
where cause = 'sale'
    and is_known
    and on_hand_before <= 0
