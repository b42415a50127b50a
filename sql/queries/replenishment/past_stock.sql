-- Where did each product of a store stand at the end of the day before one date?
-- Grain: one row per product with a snapshot of that day. Who asks: the review of stock, for a date that is
-- over. Units in thousandths; is_known as in retail_core.stock, which says it of now.
select
    snapshots.product_id as product_id,
    toInt64(snapshots.on_hand_units * 1000) as on_hand,
    toInt64(promised.units * 1000) as reserved,
    toUInt8(stock.is_known) as is_known
from
(
    select *
    from retail_core.inventory_daily
    final
    where store_id = {store_id:UInt32}
        and business_date = {date:Date} - 1
) as snapshots
left join
(
    select
        product_id,
        sum(units_reserved) as units
    from retail_core.stock_days
    where store_id = {store_id:UInt32}
        and business_date < {date:Date}
    group by product_id
) as promised on promised.product_id = snapshots.product_id
left join
(
    select *
    from retail_core.stock
    where store_id = {store_id:UInt32}
) as stock on stock.product_id = snapshots.product_id
order by product_id
-- Whatever the client sets.
settings join_use_nulls = 0
