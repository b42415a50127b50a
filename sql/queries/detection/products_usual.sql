-- How does each product usually sell in each store, and at what price?
-- Grain: one row per store and product with sales in the 56 days before {to}. Who asks: the detection,
-- once a day. week_0 are the last 7 days; prices are days' means, in ten-thousandths.
select
    store_id,
    product_id,
    cast(any(day_category) as String) as category,
    sumIf(lines, days_back <= 7) as week_0,
    sumIf(lines, days_back > 7 and days_back <= 14) as week_1,
    sumIf(lines, days_back > 14 and days_back <= 21) as week_2,
    sumIf(lines, days_back > 21 and days_back <= 28) as week_3,
    sumIf(lines, days_back > 28 and days_back <= 35) as week_4,
    sumIf(lines, days_back > 35 and days_back <= 42) as week_5,
    sumIf(lines, days_back > 42 and days_back <= 49) as week_6,
    sumIf(lines, days_back > 49) as week_7,
    max(lines) as most_a_day,
    sum(return_lines) as returns,
    toInt64(min(if(lines > 0, toUInt32(business_date), 4294967295))) as first_date,
    toInt64(max(if(lines > 0, toUInt32(business_date), 0))) as last_date,
    countIf(lines > 0) as price_days,
    toInt64(quantileExactLowIf(0.05)(price, lines > 0)) as low_price,
    toInt64(quantileExactLowIf(0.5)(price, lines > 0)) as usual_price,
    toInt64(quantileExactLowIf(0.95)(price, lines > 0)) as high_price
from
(
    select
        store_id,
        product_id,
        any(category) as day_category,
        business_date,
        toInt64({to:Date} - business_date) as days_back,
        sum(sales) as lines,
        sum(returns) as return_lines,
        toInt64(toFloat64(sum(gross_revenue)) / greatest(toFloat64(sum(units_sold)), 0.001) * 10000) as price
    from retail_core.product_sales
    where business_date >= {to:Date} - 56
        and business_date < {to:Date}
    group by
        store_id,
        product_id,
        business_date
)
group by
    store_id,
    product_id
having sum(lines) > 0
order by
    store_id,
    product_id
