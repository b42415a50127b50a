-- What did each store sell in each hour of its own clock?
-- Grain: one row per store_id, business_date, hour_start with events. hour_of_day is the store's; UTC's
-- for a store that no store file knows. Asked by: the views of `retail` that compare hours.
create or replace view retail_core.store_hours
sql security invoker
as
select
    hours.store_id as store_id,
    hours.business_date as business_date,
    hours.hour_start as hour_start,
    toUInt8(formatDateTime(hours.hour_start, '%H', ifNull(zones.time_zone, 'UTC'))) as hour_of_day,
    hours.sales as sales,
    hours.revenue as revenue
from
(
    select
        deltas.store_id as store_id,
        deltas.business_date as business_date,
        deltas.hour_start as hour_start,
        sum(deltas.sales) as sales,
        sum(deltas.gross_revenue) - sum(deltas.returned_revenue) as revenue
    from retail_core.hourly_sales as deltas
    group by
        deltas.store_id,
        deltas.business_date,
        deltas.hour_start
) as hours
left join
(
    select
        store_id,
        toNullable(time_zone) as time_zone
    from retail_core.stores
    final
) as zones on zones.store_id = hours.store_id
