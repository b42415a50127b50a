-- How did each product of a store fare on each of the 85 days until one date?
-- Grain: one row per product and day with a snapshot of stock, in order. Who asks: the measure of what
-- ordering earned. Units in thousandths; out_share: the share of the day's open hours at whose end nothing was
-- left, in ten-thousandths; received counts what the ledger books as receipts.
with
    (
        select argMax(receipts_from, version)
        from retail_core.ledger_rules
    ) = 'supplier-shipments' as by_shipment,
    sold as
    (
        select
            product_id,
            business_date,
            sum(units_sold) as units,
            if(by_shipment, 0, sum(units_restocked)) as received
        from retail_core.product_sales
        where store_id = {store_id:UInt32}
            and business_date between {date:Date} - 84 and {date:Date}
        group by
            product_id,
            business_date
    ),
    moved as
    (
        select
            product_id,
            business_date,
            sum(units_wasted) as wasted,
            if(by_shipment, sum(units_arrived), 0) as received
        from retail_core.stock_days
        where store_id = {store_id:UInt32}
            and business_date between {date:Date} - 84 and {date:Date}
        group by
            product_id,
            business_date
    ),
    hours as
    (
        select
            business_date,
            uniqExact(hour_start) as open_hours
        from retail_core.hourly_sales
        where store_id = {store_id:UInt32}
            and sales > 0
            and business_date between {date:Date} - 84 and {date:Date}
        group by business_date
    )
select
    days.product_id as product_id,
    toInt64(days.business_date - ({date:Date} - 84)) as day,
    toInt64(days.on_hand_units * 1000) as on_hand,
    if(hours.open_hours > 0, toInt64(round(least(1, days.stock_out_hours / hours.open_hours) * 10000)), 0) as out_share,
    toInt64(round(days.stock_out_hours * 1000)) as out_hours,
    toInt64(sold.units * 1000) as sold,
    toInt64(moved.wasted * 1000) as wasted,
    toInt64((sold.received + moved.received) * 1000) as received
from
(
    select *
    from retail_core.inventory_daily
    final
    where store_id = {store_id:UInt32}
        and business_date between {date:Date} - 84 and {date:Date}
) as days
left join sold
    on sold.product_id = days.product_id
    and sold.business_date = days.business_date
left join moved
    on moved.product_id = days.product_id
    and moved.business_date = days.business_date
left join hours on hours.business_date = days.business_date
order by
    product_id,
    day
-- Whatever the client sets.
settings join_use_nulls = 0
