-- What did each store sell of each product on each day, at which price, on promotion or not, and in which hours
-- had it none?
-- Grain: one row per store_id, product_id and business_date with a sale or an hour without stock.
-- Who asks: training and prediction (pipelines/panel), some stores at a time. Units are thousandths, prices
-- ten-thousandths; price is the day's mean, 0 on a day without a sale.
-- Units are what was sold, returns not taken off: a return is of an earlier day's sale and says nothing of
-- what was asked for on its own. A sale is on promotion with a promotion_id or a discount. stock_out_mask:
-- bit h for hour h of the store's clock, from the stock ledger.
select
    store_id,
    product_id,
    business_date,
    toInt64(round(sum(sold_units) * 1000)) as units,
    toInt64(if(sum(sold_units) > 0, round(sum(sold_revenue) / sum(sold_units) * 10000), 0)) as price,
    toUInt8(max(promoted)) as is_promoted,
    toUInt32(max(empty_hours)) as stock_out_mask
from
(
    select
        store_id,
        product_id,
        business_date,
        toFloat64(sum(units_sold)) as sold_units,
        toFloat64(sum(gross_revenue)) as sold_revenue,
        0 as promoted,
        toUInt32(0) as empty_hours
    from retail_core.product_sales
    where store_id between {first_store:UInt32} and {last_store:UInt32}
        and business_date between {from:Date} and {to:Date}
    group by
        store_id,
        product_id,
        business_date
    union all
    select
        store_id,
        product_id,
        business_date,
        0,
        0,
        1,
        0
    from retail_core.events
    where transaction_type = 'SALE'
        and (promotion_id != '' or discount > 0)
        and store_id between {first_store:UInt32} and {last_store:UInt32}
        and business_date between {from:Date} and {to:Date}
    group by
        store_id,
        product_id,
        business_date
    union all
    select
        store_id,
        product_id,
        business_date,
        0,
        0,
        0,
        stock_out_mask
    from retail_core.stock_out_days
    where store_id between {first_store:UInt32} and {last_store:UInt32}
        and business_date between {from:Date} and {to:Date}
        and (business_date, version) in
        (
            select
                business_date,
                max(version)
            from retail_core.stock_out_days
            group by business_date
        )
)
group by
    store_id,
    product_id,
    business_date
having units > 0
    or stock_out_mask > 0
order by
    store_id,
    product_id,
    business_date
