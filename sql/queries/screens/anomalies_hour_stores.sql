-- Which stores had hours that sold unusually much or little?
-- Grain: one row per store with events, the most unusual hours first. Who asks: the anomalies page, whose marked
-- series is of one of them.
-- An answer that took long may be kept.
-- Columns:
--   store_id UInt32: the store
--   hours UInt64: its hours with events
--   unusual_hours UInt64: of them, with a score 3 or more away from 0
-- Filters: from to
select
    hours.store_id as store_id,
    count() as hours,
    countIf(hours.is_anomaly) as unusual_hours
from retail.sales_anomaly_detection as hours
where hours.business_date between {from_date:Date} and {to_date:Date}
    and ({all_stores:UInt8} = 1 or hours.store_id in {stores:Array(UInt32)})
group by hours.store_id
order by
    unusual_hours desc,
    store_id
limit {row_limit:UInt64} offset {row_offset:UInt64}
