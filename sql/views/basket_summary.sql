-- How large are baskets, and what are they worth?
-- Grain: one row per store_id and business_date with a basket_id. Asked by: store managers, marketing.
-- Sales only: what came back later made no basket smaller. Reads events, not a roll-up.
create or replace view retail.basket_summary
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    business_date Date comment 'the store''s calendar day',
    baskets UInt64 comment 'number of baskets',
    sales UInt64 comment 'receipt lines in them',
    units_sold Decimal(38, 3) comment 'units in them',
    gross_revenue Decimal(38, 7) comment 'revenue of them',
    mean_basket Float64 comment 'mean revenue of a basket',
    median_basket Float64 comment 'median revenue of a basket',
    largest_basket Decimal(38, 7) comment 'revenue of the largest basket',
    lines_per_basket Float64 comment 'mean number of receipt lines',
    units_per_basket Float64 comment 'mean number of units'
)
definer = {{definer}} sql security definer
as
select
    store_id,
    business_date,
    count() as baskets,
    sum(lines) as sales,
    sum(units) as units_sold,
    sum(basket_revenue) as gross_revenue,
    round(toFloat64(gross_revenue) / baskets, 6) as mean_basket,
    round(quantileExactInclusive(0.5)(toFloat64(basket_revenue)), 6) as median_basket,
    max(basket_revenue) as largest_basket,
    round(sales / baskets, 6) as lines_per_basket,
    round(toFloat64(units_sold) / baskets, 6) as units_per_basket
from
(
    select
        events.store_id as store_id,
        events.business_date as business_date,
        -- A hash of 64 bits tells the baskets of a store's day apart, in half the time of their texts.
        cityHash64(events.basket_id) as basket,
        count() as lines,
        sum(events.quantity) as units,
        sum(events.revenue) as basket_revenue
    from retail_core.events as events
    where events.transaction_type = 'SALE'
        and events.basket_id != ''
    group by
        store_id,
        business_date,
        basket
)
group by
    store_id,
    business_date
