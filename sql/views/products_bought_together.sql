-- Which products are bought together?
-- Grain: one row per store_id, product_id and other_product_id that shared at least 2 baskets in the 28 days
-- up to the newest business date; both directions. Asked by: marketing, store managers.
-- Baskets of more than 50 products are left out. confidence: how many of the baskets with product_id have
-- the other, too; lift: confidence against the other's share of all baskets (Agrawal, Imielinski and Swami
-- 1993; Brin and others 1997). Reads events, not a roll-up.
create or replace view retail.products_bought_together
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product that is bought',
    other_product_id String comment 'the product that comes with it',
    baskets_together UInt64 comment 'baskets with both',
    product_baskets UInt64 comment 'baskets with product_id',
    support Float64 comment 'share of all baskets that have both',
    confidence Float64 comment 'share of the baskets with product_id that have the other, too',
    lift Float64 comment 'confidence / share of all baskets with the other; above 1: more often than by chance'
)
definer = {{definer}} sql security definer
as
with
    (
        select max(business_date) - 27
        from retail_core.daily_sales
    ) as first_date
select
    store_id,
    product_id,
    other_product_id,
    together as baskets_together,
    product_baskets,
    round(together / all_baskets, 6) as support,
    round(together / product_baskets, 6) as confidence,
    round((together / product_baskets) / (other_baskets / all_baskets), 6) as lift
from
(
    -- '' stands for the basket itself: a pair with it counts the baskets of a product, the pair of two of
    -- it counts them all.
    select
        store_id,
        product_id,
        other_product_id,
        together,
        sumIf(together, other_product_id = '') over (
            partition by store_id, product_id
        ) as product_baskets,
        sumIf(together, product_id = '') over (
            partition by store_id, other_product_id
        ) as other_baskets,
        sumIf(together, product_id = '' and other_product_id = '') over (
            partition by store_id
        ) as all_baskets
    from
    (
        select
            store_id,
            product_id,
            arrayJoin(products) as other_product_id,
            count() as together
        from
        (
            select
                store_id,
                products,
                arrayJoin(products) as product_id
            from
            (
                select
                    events.store_id as store_id,
                    arrayPushBack(groupUniqArray(51)(events.product_id), '') as products
                from retail_core.events as events
                where events.transaction_type = 'SALE'
                    and events.basket_id != ''
                    and events.business_date >= first_date
                    -- The store's day begins within a day of UTC's; the order key knows this column.
                    and events.event_time >= toDateTime64(first_date, 3, 'UTC') - 86400
                group by
                    events.store_id,
                    events.business_date,
                    events.basket_id
                having length(products) <= 51
            )
        )
        group by
            store_id,
            product_id,
            other_product_id
    )
)
where product_id != ''
    and other_product_id != ''
    and product_id != other_product_id
    and together >= 2
