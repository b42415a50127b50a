-- How did a product sell day by day, and where did its stock stand?
-- Grain: one row per store and business date with sales, returns, restocks or a snapshot of stock. Who asks: the product page.
-- An answer that took long may be kept.
-- Columns:
--   store_id UInt32: the store
--   business_date Date: the store's calendar day
--   units_sold Decimal: units sold
--   units_returned Decimal: units returned
--   revenue Decimal: sales less returns
--   mean_unit_price Float64?: gross revenue / units sold; null: nothing was sold
--   on_hand_units Decimal?: units in the store at the end of the day; null: no snapshot
--   on_order_units Decimal?: units ordered and not yet delivered then
--   reorder_point Float64?: order at this many units; null: not computed
--   stock_out_hours Float64?: opening hours without stock that day; null: no snapshot
-- Filters: from to product!
with
    sold as
    (
        select
            store_id,
            business_date,
            sum(days.units_sold) as units_sold,
            sum(days.units_returned) as units_returned,
            sum(days.revenue) as revenue,
            sum(days.gross_revenue) as gross_revenue
        from retail.product_sales_parts as days
        where product_id = {product:String}
            and business_date between {from_date:Date} and {to_date:Date}
            and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        group by
            store_id,
            business_date
    ),
    stock as
    (
        select
            store_key as store_id,
            toDate(YYYYMMDDToDate(date_key)) as business_date,
            quantity_on_hand,
            quantity_on_order,
            reorder_point,
            stock_out_hours
        from retail.fact_inventory
        where product_key = bitShiftRight(sipHash64({product:String}), 1)
            and date_key between toYYYYMMDD({from_date:Date}) and toYYYYMMDD({to_date:Date})
            and ({all_stores:UInt8} = 1 or store_key in {stores:Array(UInt32)})
    )
select
    assumeNotNull(ifNull(sold.store_id, stock.store_id)) as store_id,
    assumeNotNull(ifNull(sold.business_date, stock.business_date)) as business_date,
    ifNull(sold.units_sold, 0) as units_sold,
    ifNull(sold.units_returned, 0) as units_returned,
    ifNull(sold.revenue, 0) as revenue,
    if(
        sold.units_sold > 0,
        round(toFloat64(sold.gross_revenue) / toFloat64(sold.units_sold), 6),
        null
    ) as mean_unit_price,
    stock.quantity_on_hand as on_hand_units,
    stock.quantity_on_order as on_order_units,
    stock.reorder_point as reorder_point,
    stock.stock_out_hours as stock_out_hours
from sold
full outer join stock
    on stock.store_id = sold.store_id
    and stock.business_date = sold.business_date
order by
    store_id,
    business_date
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 1
