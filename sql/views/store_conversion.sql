-- How many of the people who came in bought something?
-- Grain: one row per store_id and business_date with people counted or baskets sold. Asked by: store managers.
create or replace view retail.store_conversion
(
    business_date Date comment 'the store''s calendar day',
    store_id UInt32 comment 'the store; dim_store.store_id',
    visitors Decimal(38, 3) comment 'people counted at the door',
    baskets UInt64 comment 'receipts with a sale; sales without basket_id are not in any',
    conversion Nullable(Float64) comment 'baskets / visitors; null: nobody was counted',
    revenue Decimal(38, 7) comment 'sales less returns',
    revenue_per_visitor Nullable(Float64) comment 'revenue / visitors; null: nobody was counted'
)
definer = {{definer}} sql security definer
as
select
    business_date,
    store_id,
    sum(people) as visitors,
    sum(receipts) as baskets,
    if(visitors > 0, round(baskets / toFloat64(visitors), 6), null) as conversion,
    sum(money) as revenue,
    if(visitors > 0, round(toFloat64(revenue) / toFloat64(visitors), 6), null) as revenue_per_visitor
from
(
    select
        business_date,
        store_id,
        sum(toDecimal128(quantity, 3)) as people,
        toUInt64(0) as receipts,
        toDecimal128(0, 7) as money
    from retail_core.customer_events
    where event_type = 'FOOTFALL'
    group by
        business_date,
        store_id
    union all
    select
        business_date,
        store_id,
        toDecimal128(0, 3),
        uniqExactIf(sipHash64(basket_id), transaction_type = 'SALE' and basket_id != ''),
        toDecimal128(0, 7)
    from retail_core.events
    group by
        business_date,
        store_id
    union all
    select
        business_date,
        store_id,
        toDecimal128(0, 3),
        toUInt64(0),
        toDecimal128(gross_revenue - returned_revenue, 7)
    from retail_core.daily_sales
)
group by
    business_date,
    store_id
