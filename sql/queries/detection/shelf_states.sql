-- What do the books say of products that may have stopped selling, and do other stores sell them?
-- Grain: one row per store and product that the ledger knows. Who asks: the detection, at each look, of
-- the few that were silent for long. in_stock_date is the day from which the books have had stock all day
-- (the day after the newest delivery that found them empty), 0 without one; last_sale_date the last day
-- with sales; other_lines are of the country's other stores since {others_from}. Units in thousandths.
with
    lately as
    (
        select
            sales.store_id as store_id,
            sales.product_id as product_id,
            any(stores.country) as country,
            sumIf(sales.sales, sales.business_date >= {others_from:Date}) as lines,
            max(if(sales.sales > 0, toUInt32(sales.business_date), 0)) as last_sale_date,
            max(if(sales.sales > 0, sales.last_event_time, fromUnixTimestamp64Milli(0))) as last_sale
        from retail_core.product_sales as sales
        inner join
        (
            select *
            from retail_core.stores
            final
        ) as stores on stores.store_id = sales.store_id
        where sales.product_id in {product_ids:Array(String)}
            and sales.business_date >= {others_from:Date} - 56
        group by
            store_id,
            product_id
    ),
    by_country as
    (
        select
            *,
            sum(lines) over (partition by country, product_id) as country_lines
        from lately
    )
select
    stock.store_id as store_id,
    stock.product_id as product_id,
    toInt64(stock.on_hand_units * 1000) as on_hand,
    toInt64(
        arrayMax(
            arrayPushBack(
                arrayMap(
                    day -> if(
                        on_hand
                            - arraySum(
                                arrayMap(
                                    one -> if(intDiv(one, 10000000000000) >= day, one % 10000000000000, 0),
                                    stock.receipts
                                )
                            ) < 1000,
                        toUInt32(day) + 1,
                        0
                    ),
                    arrayMap(receipt -> intDiv(receipt, 10000000000000), stock.receipts)
                ),
                0
            )
        )
    ) as in_stock_date,
    toInt64(by_country.last_sale_date) as last_sale_date,
    toUnixTimestamp64Milli(by_country.last_sale) as last_sale_ms,
    toUInt64(by_country.country_lines - by_country.lines) as other_lines
from
(
    select *
    from retail_core.stock
    where store_id in {store_ids:Array(UInt32)}
        and product_id in {product_ids:Array(String)}
) as stock
inner join by_country
    on by_country.store_id = stock.store_id
    and by_country.product_id = stock.product_id
order by
    store_id,
    product_id
