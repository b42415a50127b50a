-- What does each category have in stock, and how much of it is at risk?
-- Grain: one row per category and currency. Who asks: the inventory page, the executive page.
-- An answer that took long may be kept.
-- Columns:
--   category String: from the product file; empty: not in one
--   currency String: ISO 4217; empty: a store that no store file knows
--   items UInt64: products in stores whose stock is known
--   items_unknown UInt64: products in stores that were never counted nor received; only on_order_units has them, too
--   on_hand_units Decimal: units in the stores; what is below 0 counts as 0
--   on_order_units Decimal: units ordered and not yet delivered
--   stock_value Decimal?: value of items whose cost is known; null: of none it is
--   items_without_cost UInt64: items with stock whose cost is unknown
--   items_out UInt64: items with none left
--   items_at_risk UInt64: items with some left and a probability of 80 % or more of running out
--   items_below_reorder_point UInt64: items to order
--   items_over_stock UInt64: items with more than 60 days of cover
--   days_of_cover Float64?: on_hand_units of what sells / units it sells a day; null: nothing sells
-- Filters: category
select
    cast(stock.category as String) as category,
    cast(stores.currency as String) as currency,
    countIf(stock.is_known) as items,
    countIf(not stock.is_known) as items_unknown,
    sumIf(greatest(toDecimal128(stock.on_hand_units, 3), 0), stock.is_known) as on_hand_units,
    sum(toDecimal128(stock.on_order_units, 3)) as on_order_units,
    if(
        countIf(stock.is_known and isNotNull(stock.unit_cost)) = 0,
        null,
        sumIf(ifNull(stock.stock_value, 0), stock.is_known and stock.on_hand_units > 0)
    ) as stock_value,
    countIf(stock.is_known and stock.on_hand_units > 0 and isNull(stock.unit_cost)) as items_without_cost,
    countIf(stock.is_known and stock.on_hand_units <= 0) as items_out,
    countIf(stock.is_known and stock.on_hand_units > 0 and stock.stock_out_probability >= 0.8) as items_at_risk,
    countIf(
        stock.is_known
            and toFloat64(stock.available_units + stock.on_order_units) < stock.reorder_point
    ) as items_below_reorder_point,
    countIf(stock.is_known and stock.days_of_cover > 60) as items_over_stock,
    if(
        sumIf(ifNull(stock.units_sold_per_day, 0), stock.is_known) > 0,
        round(
            toFloat64(
                sumIf(
                    greatest(toDecimal128(stock.on_hand_units, 3), 0),
                    stock.is_known and stock.units_sold_per_day > 0
                )
            )
                / sumIf(ifNull(stock.units_sold_per_day, 0), stock.is_known),
            6
        ),
        null
    ) as days_of_cover
from retail.inventory_by_store as stock
left join retail.dim_store as stores on stores.store_id = stock.store_id
where ({all_stores:UInt8} = 1 or stock.store_id in {stores:Array(UInt32)})
    and (empty({categories:Array(String)}) or stock.category in {categories:Array(String)})
group by
    stock.category,
    stores.currency
order by
    stock_value desc,
    category,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
