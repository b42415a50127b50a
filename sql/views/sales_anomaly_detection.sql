-- Which hours sold unusually much or little?
-- Grain: one row per store_id and hour with events. Asked by: store managers, loss prevention.
-- z_score compares with the hours with events of the 24 hours before (null with fewer than 6 of them);
-- seasonal_z_score with the same weekday and hour of the store's clock in the 8 weeks before (null with
-- fewer than 3). Sample standard deviations; null where it is 0. An anomaly is 3 or more away.
-- incident_*: of the store as a whole (retail.anomalies) while that hour of UTC lasted, the one that began
-- last; empty: none.
create or replace view retail.sales_anomaly_detection
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    business_date Date comment 'the store''s calendar day',
    hour DateTime('UTC') comment 'start of the store''s hour',
    hourly_revenue Decimal(38, 7) comment 'revenue of the hour',
    moving_avg_24h Nullable(Float64) comment 'mean revenue of the hours with events in the 24 hours before; null: there is none',
    std_dev_24h Nullable(Float64) comment 'standard deviation of those hours; null below 6 of them',
    z_score Nullable(Float64) comment 'deviations from moving_avg_24h; null where there is nothing to compare with',
    seasonal_avg Nullable(Float64) comment 'mean revenue of the same weekday and hour in the 8 weeks before',
    seasonal_std_dev Nullable(Float64) comment 'standard deviation of those; null below 3 of them',
    seasonal_z_score Nullable(Float64) comment 'deviations from seasonal_avg; null where there is nothing to compare with',
    is_anomaly UInt8 comment '1: either score is 3 or more away from 0',
    incident_id Nullable(UUID) comment 'the incident of that hour in retail.anomalies; null: there is none',
    incident_kind String comment 'spike, drop, silent_store or unusual_returns; empty: no incident',
    incident_state String comment 'open, acknowledged or resolved; empty: no incident',
    incident_score Nullable(Float64) comment 'how unusual it is by its own measure: deviations from the expected'
)
definer = {{definer}} sql security definer
as
select
    scored.store_id as store_id,
    scored.business_date as business_date,
    scored.hour as hour,
    scored.hourly_revenue as hourly_revenue,
    if(scored.hours_before < 6, null, round(scored.mean_before, 6)) as moving_avg_24h,
    if(scored.hours_before < 6, null, round(scored.deviation_before, 6)) as std_dev_24h,
    if(
        scored.hours_before < 6 or scored.deviation_before = 0,
        null,
        round((toFloat64(scored.hourly_revenue) - scored.mean_before) / scored.deviation_before, 6)
    ) as z_score,
    if(scored.weeks_before < 3, null, round(scored.mean_weeks, 6)) as seasonal_avg,
    if(scored.weeks_before < 3, null, round(scored.deviation_weeks, 6)) as seasonal_std_dev,
    if(
        scored.weeks_before < 3 or scored.deviation_weeks = 0,
        null,
        round((toFloat64(scored.hourly_revenue) - scored.mean_weeks) / scored.deviation_weeks, 6)
    ) as seasonal_z_score,
    ifNull(abs(z_score) >= 3, false) or ifNull(abs(seasonal_z_score) >= 3, false) as is_anomaly,
    incidents.incident_id as incident_id,
    incidents.kind as incident_kind,
    incidents.state as incident_state,
    incidents.score as incident_score
from
(
    select
        hours.store_id as store_id,
        hours.business_date as business_date,
        hours.hour_start as hour,
        hours.revenue as hourly_revenue,
        count() over day_before as hours_before,
        avg(toFloat64(hours.revenue)) over day_before as mean_before,
        stddevSampStable(toFloat64(hours.revenue)) over day_before as deviation_before,
        count() over weeks as weeks_before,
        avg(toFloat64(hours.revenue)) over weeks as mean_weeks,
        stddevSampStable(toFloat64(hours.revenue)) over weeks as deviation_weeks
    from
    (
        select
            store_id,
            business_date,
            hour_start,
            hour_of_day,
            toDayOfWeek(business_date) as day_of_week,
            toUInt32(business_date) as day_number,
            revenue
        from retail_core.store_hours
    ) as hours
    window
        day_before as
        (
            partition by hours.store_id
            order by hours.hour_start
            range between 86400 preceding and 1 preceding
        ),
        weeks as
        (
            partition by hours.store_id, hours.day_of_week, hours.hour_of_day
            order by hours.day_number
            range between 56 preceding and 1 preceding
        )
) as scored
left join
(
    select
        store_id,
        arrayJoin(range(
            toUInt32(toStartOfHour(started_at)),
            toUInt32(toStartOfHour(ifNull(ended_at, now64(3)))) + 1,
            3600
        )) as hour_s,
        argMax(toNullable(incidents.incident_id), (started_at, incidents.incident_id)) as incident_id,
        argMax(toString(incidents.kind), (started_at, incidents.incident_id)) as kind,
        argMax(toString(incidents.state), (started_at, incidents.incident_id)) as state,
        argMax(toNullable(incidents.score), (started_at, incidents.incident_id)) as score
    from
    (
        select *
        from retail_core.anomalies
        final
        where product_id = ''
            and register_id = ''
    ) as incidents
    group by
        store_id,
        hour_s
) as incidents
    on incidents.store_id = scored.store_id
    and incidents.hour_s = toUInt32(toStartOfHour(scored.hour))
-- Whatever the client sets.
settings join_use_nulls = 0
