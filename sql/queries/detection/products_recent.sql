-- Which products sold at least {fewest} lines in the last three days of their store's clock?
-- Grain: one row per store and product. Who asks: the detection, at each look. lines_1 are of two days,
-- others_* of the other stores of the country; the price is today's mean, in ten-thousandths.
with
    clocks as
    (
        select
            store_id,
            country,
            toDate(formatDateTime(toDateTime({now_s:Int64}, 'UTC'), '%F', cast(time_zone as String))) as today
        from retail_core.stores
        final
    ),
    lately as
    (
        select
            sales.store_id as store_id,
            sales.product_id as product_id,
            any(clocks.country) as country,
            sumIf(sales.sales, sales.business_date = clocks.today) as lines_0,
            sumIf(sales.sales, sales.business_date >= clocks.today - 1) as lines_1,
            sum(sales.sales) as lines_2,
            sumIf(sales.returns, sales.business_date = clocks.today) as returns,
            toFloat64(sumIf(sales.gross_revenue, sales.business_date = clocks.today)) as revenue,
            toFloat64(sumIf(sales.units_sold, sales.business_date = clocks.today)) as units
        from retail_core.product_sales as sales
        inner join clocks on clocks.store_id = sales.store_id
        where sales.business_date >= toDate(toDateTime({now_s:Int64}, 'UTC')) - 3
            and sales.business_date >= clocks.today - 2
            and sales.business_date <= clocks.today
        group by
            store_id,
            product_id
    )
select
    store_id,
    product_id,
    lines_0,
    lines_1,
    lines_2,
    toUInt64(country_0 - lines_0) as others_0,
    toUInt64(country_1 - lines_1) as others_1,
    toUInt64(country_2 - lines_2) as others_2,
    returns,
    toInt64(if(units > 0, revenue / units * 10000, 0)) as price
from
(
    select
        *,
        sum(lines_0) over (partition by country, product_id) as country_0,
        sum(lines_1) over (partition by country, product_id) as country_1,
        sum(lines_2) over (partition by country, product_id) as country_2
    from lately
)
where lines_2 >= {fewest:UInt64}
    or returns >= {fewest:UInt64}
order by
    store_id,
    product_id
