-- How did each hour of a period sell, and was it unusual?
-- Grain: one row per store and hour with events. Who asks: the marked series of the anomalies page.
-- An answer that took long may be kept.
-- Columns:
--   store_id UInt32: the store
--   business_date Date: the store's calendar day
--   hour_start DateTime: start of the store's hour, UTC
--   revenue Decimal: sales less returns
--   mean_24h Float64?: mean revenue of the hours with events in the 24 hours before
--   seasonal_mean Float64?: mean revenue of the same weekday and hour in the 8 weeks before
--   z_score Float64?: deviations from mean_24h
--   seasonal_z_score Float64?: deviations from seasonal_mean
--   is_anomaly UInt8: 1: either score is 3 or more away from 0
--   incident_id String: the incident of that hour; empty: none
--   incident_kind String: what kind; empty: none
-- Filters: from to
select
    hours.store_id as store_id,
    hours.business_date as business_date,
    hours.hour as hour_start,
    hours.hourly_revenue as revenue,
    hours.moving_avg_24h as mean_24h,
    hours.seasonal_avg as seasonal_mean,
    hours.z_score as z_score,
    hours.seasonal_z_score as seasonal_z_score,
    hours.is_anomaly as is_anomaly,
    ifNull(toString(hours.incident_id), '') as incident_id,
    hours.incident_kind as incident_kind
from retail.sales_anomaly_detection as hours
where hours.business_date between {from_date:Date} and {to_date:Date}
    and ({all_stores:UInt8} = 1 or hours.store_id in {stores:Array(UInt32)})
order by
    store_id,
    hour_start
limit {row_limit:UInt64} offset {row_offset:UInt64}
