-- Which products of a store are to be reviewed on one date, and what is known of them?
-- Grain: one row per product that the store sold in the 28 days before, that a champion forecast of these
-- days is about, or that already has a row for the date. Who asks: the review of stock. Costs and prices are
-- ten-thousandths of the currency, 0: not known; unit_price is the mean of the 28 days; written_ms is when the
-- date's row was computed (UTC), 0: there is none; newest_forecast_date in days since 1970, 0: none.
with
    sold as
    (
        select
            product_id,
            sum(toFloat64(units_sold)) as units,
            sum(toFloat64(gross_revenue)) as revenue
        from retail_core.product_sales
        where store_id = {store_id:UInt32}
            and business_date >= {date:Date} - 28
            and business_date < {date:Date}
        group by product_id
        having units > 0
    ),
    predicted as
    (
        select
            product_id,
            max(forecast_date) as newest_date
        from retail_core.forecasts
        where level = 'product_store'
            and is_champion = 1
            and store_id = {store_id:UInt32}
            and forecast_date >= {date:Date} - 28
            and forecast_date < {date:Date}
        group by product_id
    ),
    written as
    (
        select
            product_id,
            max(generated_at) as written_at
        from retail_core.reorder_predictions
        where store_id = {store_id:UInt32}
            and review_date = {date:Date}
        group by product_id
    )
select
    reviewed.product_id as product_id,
    cast(products.supplier as String) as supplier,
    products.lead_time_days as lead_time_days,
    products.pack_size as pack_size,
    products.shelf_life_days as shelf_life_days,
    toInt64(products.unit_cost * 10000) as unit_cost,
    if(sold.units > 0, toInt64(round(sold.revenue / sold.units * 10000)), 0) as unit_price,
    toInt64(toUInt32(predicted.newest_date)) as newest_forecast_date,
    toInt64(if(written.product_id = '', 0, toUnixTimestamp64Milli(written.written_at))) as written_ms
from
(
    select product_id
    from sold
    union distinct
    select product_id
    from predicted
    union distinct
    select product_id
    from written
) as reviewed
left join
(
    select *
    from retail_core.products
    final
) as products on products.product_id = reviewed.product_id
left join sold on sold.product_id = reviewed.product_id
left join predicted on predicted.product_id = reviewed.product_id
left join written on written.product_id = reviewed.product_id
order by product_id
-- Whatever the client sets.
settings join_use_nulls = 0
