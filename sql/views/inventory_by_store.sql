-- What does each store have, expect and need of each product, now?
-- Grain: one row per store_id and product_id that the stock ledger knows. Asked by: store managers,
-- inventory analysts, the inventory screen.
-- Stock is the last count and what was booked after it; the age is that of the oldest unit if the oldest
-- goes first. Negative stock is kept and flagged: it says that a receipt was not booked. Of what was never counted nor
-- received, only what went is known (is_known 0). Reorder point and safety stock are those of the newest review
-- that has any, of the week up to the chain's newest.
create or replace view retail.inventory_by_store
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    product_name String comment 'from the product file; empty: not in one',
    category LowCardinality(String) comment 'from the product file; empty: not in one',
    on_hand_units Decimal(18, 3) comment 'units in the store',
    on_order_units Decimal(18, 3) comment 'units ordered and not yet delivered: announced, or of orders that were sent',
    reserved_units Decimal(18, 3) comment 'units promised to customers',
    available_units Decimal(18, 3) comment 'on_hand_units less reserved_units',
    is_negative UInt8 comment '1: on_hand_units is below 0',
    is_known UInt8 comment '1: it was counted or received; 0: on_hand_units says what went, not what is there',
    last_count_units Nullable(Decimal(18, 3)) comment 'units found at the last count; null: never counted',
    last_counted_at Nullable(DateTime64(3, 'UTC')) comment 'when that was; null: never',
    shrinkage_units Decimal(18, 3) comment 'units that counts found missing',
    oldest_receipt_date Nullable(Date) comment 'when the oldest unit in stock came (first in, first out); null: unknown',
    oldest_stock_days Nullable(Int64) comment 'age of that unit in days',
    unit_cost Nullable(Decimal(14, 4)) comment 'from the product file; null: not in one',
    stock_value Nullable(Decimal(38, 7)) comment 'on_hand_units x unit_cost; null: cost unknown',
    units_sold_per_day Nullable(Float64) comment 'sales velocity: units a day while open and in stock',
    days_of_cover Nullable(Float64) comment 'available_units / units_sold_per_day; null: nothing sells',
    stock_out_probability Nullable(Float64) comment 'probability of running out in the coming days, 0 to 1',
    reorder_point Nullable(Float64) comment 'order at this many units; null: not reviewed',
    safety_stock Nullable(Float64) comment 'units held against uncertainty; null: not reviewed',
    as_of DateTime64(3, 'UTC') comment 'when the newest of its movements happened'
)
definer = {{definer}} sql security definer
as
with
    arrayReverseSort(stock.receipts) as newest_first,
    arrayFirstIndex(
        received -> received >= stock.on_hand_units * 1000,
        arrayCumSum(receipt -> receipt % 10000000000000, newest_first)
    ) as place_of_oldest
select
    stock.store_id as store_id,
    stock.product_id as product_id,
    products.product_name as product_name,
    products.category as category,
    toDecimal64(stock.on_hand_units, 3) as on_hand_units,
    toDecimal64(stock.on_order_units + ordered.uncounted_units, 3) as on_order_units,
    toDecimal64(stock.reserved_units, 3) as reserved_units,
    toDecimal64(stock.on_hand_units - stock.reserved_units, 3) as available_units,
    toUInt8(stock.on_hand_units < 0) as is_negative,
    toUInt8(stock.is_known) as is_known,
    if(stock.is_counted, toDecimal64(stock.last_count_units, 3), null) as last_count_units,
    if(stock.is_counted, stock.last_counted_at, null) as last_counted_at,
    toDecimal64(stock.shrinkage_units, 3) as shrinkage_units,
    if(
        stock.on_hand_units > 0 and place_of_oldest > 0,
        toDate(intDiv(newest_first[place_of_oldest], 10000000000000)),
        null
    ) as oldest_receipt_date,
    if(
        isNull(oldest_receipt_date),
        null,
        dateDiff('day', oldest_receipt_date, toDate(as_of))
    ) as oldest_stock_days,
    if(products.product_id = '', null, products.unit_cost) as unit_cost,
    toDecimal128(stock.on_hand_units, 3) * unit_cost as stock_value,
    risks.units_sold_per_day as units_sold_per_day,
    if(
        risks.units_sold_per_day > 0,
        round(greatest(0, toFloat64(available_units)) / risks.units_sold_per_day, 6),
        null
    ) as days_of_cover,
    risks.stock_out_probability as stock_out_probability,
    reviews.reorder_point as reorder_point,
    reviews.safety_stock as safety_stock,
    stock.last_event_time as as_of
from retail_core.stock as stock
left join
(
    select *
    from retail_core.products
    final
) as products on products.product_id = stock.product_id
left join
(
    select
        store_id,
        product_id,
        sum(toDecimal128(uncounted_units, 3)) as uncounted_units
    from retail_core.order_lines_open
    group by
        store_id,
        product_id
) as ordered
    on ordered.store_id = stock.store_id
    and ordered.product_id = stock.product_id
left join
(
    select *
    from retail_core.stock_risks
    final
) as risks
    on risks.store_id = stock.store_id
    and risks.product_id = stock.product_id
left join
(
    select
        store_id,
        product_id,
        argMax(toNullable(reorder_point), newest) as reorder_point,
        argMax(toNullable(safety_stock), newest) as safety_stock
    from
    (
        select
            written.store_id as store_id,
            written.product_id as product_id,
            written.reorder_point as reorder_point,
            written.safety_stock as safety_stock,
            -- The review, and when it was computed, as one number: pairs compare three times as slowly.
            toInt64(written.review_date) * 10000000000000 + toUnixTimestamp64Milli(written.generated_at) as newest
        from retail_core.reorder_predictions as written
        -- Without a forecast there are no levels.
        where (written.limited_by != 'data' or written.reorder_point > 0)
            and written.review_date > (select max(review_date) from retail_core.reorder_predictions) - 7
    )
    group by
        store_id,
        product_id
) as reviews
    on reviews.store_id = stock.store_id
    and reviews.product_id = stock.product_id
-- Whatever the client sets.
settings join_use_nulls = 0
