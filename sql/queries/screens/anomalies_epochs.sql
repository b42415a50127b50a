-- How far is history closed, and did it agree?
-- Grain: one row per epoch with rows, the newest first. Who asks: the data quality page.
-- Epochs are of the whole chain: whoever sees some stores only gets no rows.
-- Columns:
--   epoch UInt32: the epoch
--   state String: closed or open
--   events UInt64: accepted events in it
--   rejections UInt64: messages in it that were not accepted
--   differences UInt64: rows in which speed and batch layer differed
--   closed_at DateTime?: when it was closed; null: open
-- Filters: none
select
    epochs.epoch as epoch,
    epochs.state as state,
    epochs.events as events,
    epochs.rejections as rejections,
    ifNull(found.differences, 0) as differences,
    toDateTime64(epochs.closed_at, 3, 'UTC') as closed_at
from retail.epochs as epochs
left join
(
    select
        epoch,
        count() as differences
    from retail.reconciliation_differences
    group by epoch
) as found on found.epoch = epochs.epoch
where ({all_stores:UInt8} = 1 or 0 in {stores:Array(UInt32)})
order by epoch desc
limit {row_limit:UInt64} offset {row_offset:UInt64}
