-- What: in which hours of one business date each store had none of a product, into stock_out_days: the
-- snapshot of the date before, and the movements of this one, booked as sql/ledger books them (at one instant
-- a count comes last, and of two the greater holds).
-- Grain: one row per store_id and product_id with an open hour (one in which the store sold anything) at whose
-- end the ledger stood at 0 or below, and one of store 0: the date is made. As many hours as the snapshot's
-- stock_out_hours says, unless a clock was set back and an hour came twice. None for a product that was never
-- counted nor received until then. Run by: the job retail_stock_snapshot, for every date that
-- queries/stock/stock_out_dates.sql names.
insert into retail_core.stock_out_days
(
    business_date,
    store_id,
    product_id,
    stock_out_mask,
    version
)
with
    (
        select argMax(receipts_from, version)
        from retail_core.ledger_rules
    ) = 'supplier-shipments' as by_shipment,
    -- Ends of the open hours, and which hour of the store's clock each is.
    open_hours as
    (
        select
            store_id,
            arraySort(groupUniqArray((toUnixTimestamp(hour_start) + 3600, hour_of_day))) as hours
        from retail_core.store_hours
        where business_date = {date:Date}
            and sales > 0
        group by store_id
    ),
    -- What happened, by the open hour until whose end it did; what came after the last one is past it.
    moved as
    (
        select
            movements.store_id as store_id,
            movements.product_id as product_id,
            arrayCount(hour -> hour.1 <= toUnixTimestamp(movements.event_time), open_hours.hours) as place,
            max(movements.cause = 'count') as is_counted,
            arrayFold(
                (units, movement) -> if(movement.2, movement.3, units + movement.3),
                arraySort(groupArray((event_time, cause = 'count', toDecimal128(movements.units, 3)))),
                toDecimal128(0, 3)
            ) as units
        from retail_core.movements as movements
        inner join open_hours on open_hours.store_id = movements.store_id
        where movements.business_date = {date:Date}
            -- A business date begins and ends within 14 hours of UTC's; time is what rows are ordered by.
            and movements.event_time >= toDateTime64({date:Date}, 3, 'UTC') - interval 15 hour
            and movements.event_time < toDateTime64({date:Date}, 3, 'UTC') + interval 39 hour
        group by
            store_id,
            product_id,
            place
    ),
    products as
    (
        select
            store_id,
            product_id,
            sum(opening) as opening,
            arraySort(groupArrayArray(step)) as steps
        from
        (
            select
                store_id,
                product_id,
                toDecimal128(argMax(on_hand_units, version), 3) as opening,
                [] as step
            from retail_core.inventory_daily
            where business_date = {previous_date:Date}
            group by
                store_id,
                product_id
            union all
            select
                store_id,
                product_id,
                toDecimal128(0, 3),
                [(place, is_counted, units)]
            from moved
        )
        group by
            store_id,
            product_id
    ),
    known as
    (
        select
            store_id,
            product_id
        from retail_core.product_sales
        where business_date <= {date:Date}
            and units_restocked > 0
            and not by_shipment
        union distinct
        select
            store_id,
            product_id
        from retail_core.stock_days
        where business_date <= {date:Date}
            and (counts > 0 or by_shipment and units_arrived > 0)
    )
select
    {date:Date} as business_date,
    products.store_id as store_id,
    products.product_id as product_id,
    arrayFold(
        (mask, open_hour) -> if(
            arrayFold(
                (units, step) -> if(step.2, step.3, units + step.3),
                arrayFilter(step -> step.1 < open_hour, products.steps),
                products.opening
            ) <= 0,
            bitOr(mask, bitShiftLeft(toUInt32(1), open_hours.hours[open_hour].2)),
            mask
        ),
        arrayEnumerate(open_hours.hours),
        toUInt32(0)
    ) as stock_out_mask,
    {version:UInt64} as version
from products
inner join open_hours on open_hours.store_id = products.store_id
where (store_id, product_id) in known
    and stock_out_mask != 0
union all
select
    {date:Date},
    toUInt32(0),
    '',
    toUInt32(0),
    {version:UInt64}
settings
    join_use_nulls = 0,
    -- All of a date in one part: it is there or not.
    max_insert_threads = 1,
    min_insert_block_size_rows = 1000000000,
    min_insert_block_size_bytes = 0
