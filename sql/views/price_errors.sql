-- Which sales were not made at the price in force?
-- Grain: one row per sale line whose unit_price is another than the price that held in its store at its time.
-- Asked by: category managers, auditors.
-- In force is what the newest price change from then or before says, while it lasts; after that the newest
-- regular price. Sales of a product before its first price change are not judged.
create or replace view retail.price_errors
(
    event_time DateTime64(3, 'UTC') comment 'when it was sold',
    business_date Date comment 'the store''s calendar day',
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    register_id String comment 'the till; empty: not given',
    basket_id String comment 'the receipt; empty: not given',
    quantity Decimal(12, 3) comment 'units sold',
    unit_price Decimal(14, 4) comment 'price that the till asked',
    price_in_force Decimal(14, 4) comment 'price that held',
    price_type LowCardinality(String) comment 'REGULAR or PROMOTION: which price held',
    deviation Nullable(Float64) comment 'unit_price / price_in_force - 1; null: the price in force is 0',
    revenue_difference Decimal(38, 7) comment 'quantity x (unit_price - price_in_force)',
    log_partition UInt32 comment 'partition of the log',
    log_offset Int64 comment 'place in the partition: with it, the identity of an event'
)
definer = {{definer}} sql security definer
as
with
    changes as
    (
        select
            store_id,
            product_id,
            price_type,
            unit_price as price,
            if(toUnixTimestamp64Milli(effective_from) = 0, event_time, effective_from) as holds_from,
            effective_until as holds_until
        from retail_core.price_changes
    ),
    toUnixTimestamp64Milli(newest.holds_until) = 0 or newest.holds_until > sales.event_time as lasts
select
    sales.event_time as event_time,
    sales.business_date as business_date,
    sales.store_id as store_id,
    sales.product_id as product_id,
    sales.register_id as register_id,
    sales.basket_id as basket_id,
    sales.quantity as quantity,
    sales.unit_price as unit_price,
    if(lasts, newest.price, regular.price) as price_in_force,
    if(lasts, newest.price_type, regular.price_type) as price_type,
    if(price_in_force = 0, null, round(toFloat64(unit_price) / toFloat64(price_in_force) - 1, 6)) as deviation,
    quantity * (toDecimal128(unit_price, 4) - price_in_force) as revenue_difference,
    sales.log_partition as log_partition,
    sales.log_offset as log_offset
from
(
    select *
    from retail_core.events
    where transaction_type = 'SALE'
) as sales
asof inner join changes as newest
    on newest.store_id = sales.store_id
    and newest.product_id = sales.product_id
    and newest.holds_from <= sales.event_time
asof left join
(
    select *
    from changes
    where price_type = 'REGULAR'
) as regular
    on regular.store_id = sales.store_id
    and regular.product_id = sales.product_id
    and regular.holds_from <= sales.event_time
where if(lasts, sales.unit_price != newest.price, regular.price_type != '' and sales.unit_price != regular.price)
-- Whatever the client sets.
settings join_use_nulls = 0
