-- What moved the stock of a product, and by how much?
-- Grain: one row per movement that the stock ledger booked. Asked by: store managers, auditors.
create or replace view retail.stock_movements
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    event_time DateTime64(3, 'UTC') comment 'when it happened',
    business_date Date comment 'the store''s calendar day',
    cause LowCardinality(String) comment 'sale, return, receipt, count, correction or waste',
    quantity_units Decimal(18, 3) comment 'units; negative when they left the store; of a count what it found too many or too few',
    booked_units Decimal(18, 3) comment 'units as the message states them; of a count the units that it found',
    on_hand_units Nullable(Decimal(18, 3)) comment 'units in the store after it',
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
    toDecimal64(on_hand - lagInFrame(on_hand, 1, toDecimal128(0, 3)) over in_order, 3) as quantity_units,
    units as booked_units,
    toDecimal64(on_hand, 3) as on_hand_units,
    reference,
    log_topic,
    log_partition,
    log_offset
from
(
    select
        *,
        -- Since the last count, which is the first row of its stretch.
        sum(toDecimal128(units, 3)) over (
            partition by
                store_id,
                product_id,
                counts_so_far
            order by
                event_time,
                is_count,
                counted_units,
                log_topic,
                log_partition,
                log_offset
            rows between unbounded preceding and current row
        ) as on_hand
    from
    (
        select
            *,
            cause = 'count' as is_count,
            -- Of two counts at one instant the greater holds.
            if(is_count, units, 0) as counted_units,
            sum(is_count) over (
                partition by
                    store_id,
                    product_id
                order by
                    event_time,
                    is_count,
                    counted_units,
                    log_topic,
                    log_partition,
                    log_offset
                rows between unbounded preceding and current row
            ) as counts_so_far
        from retail_core.movements
    )
)
window in_order as (
    partition by
        store_id,
        product_id
    order by
        event_time,
        is_count,
        counted_units,
        log_topic,
        log_partition,
        log_offset
    rows between unbounded preceding and current row
)
