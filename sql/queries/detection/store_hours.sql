-- How many receipt lines did each store sell and take back, hour by hour of its clock?
-- Grain: one row per store, business date and hour of the day with events. Who asks: the detection, for
-- all weeks once a day and for two days at each look.
select
    hours.store_id as store_id,
    hours.business_date as business_date,
    toUInt8(formatDateTime(hours.hour_start, '%H', ifNull(zones.time_zone, 'UTC'))) as hour_of_day,
    sum(hours.sales) as sales,
    sum(hours.returns) as returns,
    toUnixTimestamp64Milli(max(if(hours.sales > 0, hours.last_event_time, fromUnixTimestamp64Milli(0)))) as last_sale_ms
from retail_core.hourly_sales as hours
left join
(
    select
        store_id,
        toNullable(time_zone) as time_zone
    from retail_core.stores
    final
) as zones on zones.store_id = hours.store_id
where hours.business_date >= {from:Date}
group by
    store_id,
    business_date,
    hour_of_day
order by
    store_id,
    business_date,
    hour_of_day
settings join_use_nulls = 0
