-- Which stores have something to order?
-- Grain: one row per store whose newest review would order anything, the one with most to lose first. Who asks: the orders
-- page. Of stores that were reviewed in the week before; inventory_restock has the products.
-- Columns:
--   store_id UInt32: the store
--   review_date Date: the day of the decision
--   proposed UInt64: products that the review would order
--   ordered UInt64: of them, in an order by now
--   urgent UInt64: of them, with a probability of 80 % or more of running out
--   order_value Decimal?: value of those whose cost is known; null: of none it is
--   currency String: ISO 4217; empty: a store that no store file knows
-- Filters: none
select
    reviews.store_id as store_id,
    reviews.review_date as review_date,
    reviews.proposed as proposed,
    reviews.ordered as ordered,
    reviews.urgent as urgent,
    reviews.order_value as order_value,
    cast(stores.currency as String) as currency
from
(
    select
        store_id,
        review_date,
        count() as proposed,
        countIf(proposals.is_ordered = 1) as ordered,
        countIf(stock_out_probability >= 0.8) as urgent,
        sum(proposals.order_value) as order_value
    from retail.newest_proposals as proposals
    where order_quantity > 0
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    group by
        store_id,
        review_date
) as reviews
left join retail.dim_store as stores on stores.store_id = reviews.store_id
order by
    urgent desc,
    proposed desc,
    store_id
limit {row_limit:UInt64} offset {row_offset:UInt64}
