-- What: in which hours of one business date each store had none of a product, into stock_out_days, as the date's
-- snapshot of stock says.
-- Grain: one row per store_id and product_id with an open hour (one in which the store sold anything) at whose
-- end the ledger stood at 0 or below, and one of store 0: the date is made. Run by: the job
-- retail_stock_snapshot, for every date that queries/stock/stock_out_dates.sql names.
insert into retail_core.stock_out_days
(
    business_date,
    store_id,
    product_id,
    stock_out_mask,
    version
)
select
    business_date,
    store_id,
    product_id,
    assumeNotNull(stock_out_mask) as stock_out_mask,
    version
from retail_core.inventory_daily as snapshots
where snapshots.business_date = {date:Date}
    and snapshots.version = {version:UInt64}
    and ifNull(snapshots.stock_out_mask, 0) != 0
union all
select
    {date:Date},
    toUInt32(0),
    '',
    toUInt32(0),
    {version:UInt64}
settings
    -- All of a date in one part: it is there or not.
    max_insert_threads = 1,
    min_insert_block_size_rows = 1000000000,
    min_insert_block_size_bytes = 0
