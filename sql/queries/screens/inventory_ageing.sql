-- How old is what is in stock?
-- Grain: one row per age, category and currency. Who asks: the inventory page.
-- An item counts where its oldest unit does, if the oldest goes first.
-- An answer that took long may be kept.
-- Columns:
--   age String: 0-7, 8-30, 31-90, 91-180, 181+ days, or unknown
--   age_place UInt8: its place in that order, from 1
--   category String: from the product file; empty: not in one
--   currency String: ISO 4217; empty: a store that no store file knows
--   items UInt64: products in stores with stock of that age
--   on_hand_units Decimal: units of them
--   stock_value Decimal: value of those whose cost is known
-- Filters: category
select
    ['0-7', '8-30', '31-90', '91-180', '181+', 'unknown'][age_place] as age,
    toUInt8(
        multiIf(
            isNull(stock.oldest_stock_days), 6,
            stock.oldest_stock_days <= 7, 1,
            stock.oldest_stock_days <= 30, 2,
            stock.oldest_stock_days <= 90, 3,
            stock.oldest_stock_days <= 180, 4,
            5
        )
    ) as age_place,
    cast(stock.category as String) as category,
    cast(stores.currency as String) as currency,
    count() as items,
    sum(toDecimal128(stock.on_hand_units, 3)) as on_hand_units,
    sum(ifNull(stock.stock_value, 0)) as stock_value
from retail.inventory_by_store as stock
left join retail.dim_store as stores on stores.store_id = stock.store_id
where stock.is_known
    and stock.on_hand_units > 0
    and ({all_stores:UInt8} = 1 or stock.store_id in {stores:Array(UInt32)})
    and (empty({categories:Array(String)}) or stock.category in {categories:Array(String)})
group by
    age_place,
    stock.category,
    stores.currency
order by
    age_place,
    category,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
