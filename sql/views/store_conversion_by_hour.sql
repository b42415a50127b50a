-- How many of the people who came in bought something, hour by hour?
-- Grain: one row per store_id and store-local hour with people counted or something sold. Asked by: store
-- managers.
-- A basket whose lines fall into two hours is a receipt of both. Reads events: ask for a stretch of hours.
create or replace view retail.store_conversion_by_hour
(
    business_date Date comment 'the store''s calendar day',
    hour_start DateTime('UTC') comment 'start of the store''s hour',
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
    hour_start,
    store_id,
    sum(people) as visitors,
    sum(receipts) as baskets,
    if(visitors > 0, round(baskets / toFloat64(visitors), 6), null) as conversion,
    sum(money) as revenue,
    if(visitors > 0, round(toFloat64(revenue) / toFloat64(visitors), 6), null) as revenue_per_visitor
from
(
    select
        counted.business_date as business_date,
        -- Back to the full hour of the store's own clock, which may differ from UTC's by half an hour.
        toDateTime(
            toStartOfMinute(counted.event_time)
                - 60 * toUInt32(formatDateTime(counted.event_time, '%i', ifNull(zones.time_zone, 'UTC'))),
            'UTC'
        ) as hour_start,
        counted.store_id as store_id,
        toDecimal128(counted.quantity, 3) as people,
        toUInt64(0) as receipts,
        toDecimal128(0, 7) as money
    from
    (
        select *
        from retail_core.customer_events
        where event_type = 'FOOTFALL'
    ) as counted
    left join
    (
        select
            store_id,
            toNullable(time_zone) as time_zone
        from retail_core.stores
        final
    ) as zones on zones.store_id = counted.store_id
    union all
    select
        business_date,
        hour_start,
        store_id,
        toDecimal128(0, 3),
        uniqExactIf(sipHash64(basket_id), transaction_type = 'SALE' and basket_id != ''),
        toDecimal128(0, 7)
    from retail_core.events
    where transaction_type in ('SALE', 'RETURN')
    group by
        business_date,
        hour_start,
        store_id
    union all
    select
        business_date,
        hour_start,
        store_id,
        toDecimal128(0, 3),
        toUInt64(0),
        toDecimal128(gross_revenue - returned_revenue, 7)
    from retail_core.hourly_sales
    where sales + returns > 0
)
group by
    business_date,
    hour_start,
    store_id
-- Whatever the client sets.
settings join_use_nulls = 0
