-- On which days is it a public holiday where a store is?
-- Grain: one row per store_id and holiday; on other days a store has no row.
-- Asked by: store managers, planners, forecasts.
-- By dim_store.country (two letters or English name) and, where a region has its own set, region.
create or replace view retail.store_holidays
(
    store_key UInt32 comment 'the store; equals store_id',
    store_id UInt32 comment 'the store; dim_store.store_id',
    date_key UInt32 comment 'the date as the number yyyymmdd',
    full_date Date comment 'the date',
    country LowCardinality(String) comment 'two letters (ISO 3166-1)',
    region LowCardinality(String) comment 'the region whose set holds; empty: that of the whole country',
    holiday_name String comment 'name of the holiday, in English'
)
definer = {{definer}} sql security definer
as
select
    store_id as store_key,
    store_id,
    toYYYYMMDD(holiday_date) as date_key,
    holiday_date as full_date,
    country_code as country,
    region,
    holiday_name
from retail_core.store_holidays
-- Whatever the client sets.
settings join_use_nulls = 0
