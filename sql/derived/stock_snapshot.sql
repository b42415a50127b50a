-- What: where each product stood at the end of one business date, into inventory_daily: the snapshot of the
-- date before, and the movements of this one, booked as sql/ledger books them (at one instant a count comes
-- last, and of two the greater holds). So dates are made in order, each from a right one before it.
-- Grain: one row per store_id and product_id that anything was booked of until then. Run by: the job
-- retail_stock_snapshot, for every date that queries/stock/snapshot_dates.sql names.
-- stock_out_hours counts the date's open hours (those in which the store sold anything) at whose end the ledger
-- stood at 0 or below, stock_out_mask says which hours of the store's clock they are; none for a product that was
-- never counted nor received until then, of which the ledger knows only what went. Of reviews the newest of the week
-- up to the date says reorder point and safety stock.
insert into retail_core.inventory_daily
(
    business_date,
    store_id,
    product_id,
    on_hand_units,
    on_order_units,
    stock_out_hours,
    reorder_point,
    safety_stock,
    version,
    stock_out_mask
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
        left join open_hours on open_hours.store_id = movements.store_id
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
            sum(on_order) as on_order,
            arraySort(groupArrayArray(step)) as steps
        from
        (
            select
                store_id,
                product_id,
                toDecimal128(argMax(on_hand_units, version), 3) as opening,
                toDecimal128(argMax(on_order_units, version), 3) as on_order,
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
                toDecimal128(0, 3),
                [(place, is_counted, units)]
            from moved
            union all
            select
                store_id,
                product_id,
                toDecimal128(0, 3),
                toDecimal128(sum(units_announced) - sum(units_arrived) - sum(units_short), 3),
                []
            from retail_core.stock_days
            where business_date = {date:Date}
            group by
                store_id,
                product_id
            union all
            select
                store_id,
                product_id,
                toDecimal128(0, 3),
                toDecimal128(0, 3),
                []
            from retail_core.product_sales
            where business_date = {date:Date}
            group by
                store_id,
                product_id
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
    ),
    standing as
    (
        select
            products.store_id as store_id,
            products.product_id as product_id,
            arrayFold(
                (units, step) -> if(step.2, step.3, units + step.3),
                products.steps,
                products.opening
            ) as on_hand,
            products.on_order as on_order,
            if(
                (store_id, product_id) in known,
                arrayFilter(
                    open_hour -> arrayFold(
                        (units, step) -> if(step.2, step.3, units + step.3),
                        arrayFilter(step -> step.1 < open_hour, products.steps),
                        products.opening
                    ) <= 0,
                    arrayEnumerate(open_hours.hours)
                ),
                emptyArrayUInt32()
            ) as empty_hours,
            arrayMap(open_hour -> open_hours.hours[open_hour].2, empty_hours) as empty_hours_of_day
        from products
        left join open_hours on open_hours.store_id = products.store_id
    ),
    reviews as
    (
        select
            store_id,
            product_id,
            argMax(toNullable(reorder_point), (review_date, generated_at)) as reorder_point,
            argMax(toNullable(safety_stock), (review_date, generated_at)) as safety_stock
        from retail_core.reorder_predictions as written
        where written.review_date <= {date:Date}
            and written.review_date > {date:Date} - 7
            -- Without a forecast there are no levels.
            and (written.limited_by != 'data' or written.reorder_point > 0)
        group by
            store_id,
            product_id
    )
select
    {date:Date} as business_date,
    standing.store_id as store_id,
    standing.product_id as product_id,
    toDecimal64(standing.on_hand, 3) as on_hand_units,
    toDecimal64(standing.on_order, 3) as on_order_units,
    length(standing.empty_hours) as stock_out_hours,
    reviews.reorder_point as reorder_point,
    reviews.safety_stock as safety_stock,
    {version:UInt64} as version,
    arrayFold(
        (mask, hour) -> bitOr(mask, bitShiftLeft(toUInt32(1), hour)),
        standing.empty_hours_of_day,
        toUInt32(0)
    ) as stock_out_mask
from standing
left join reviews
    on reviews.store_id = standing.store_id
    and reviews.product_id = standing.product_id
settings
    join_use_nulls = 0,
    -- All of a date in one part: it is there or not.
    max_insert_threads = 1,
    min_insert_block_size_rows = 1000000000,
    min_insert_block_size_bytes = 0
