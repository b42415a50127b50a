-- What: public holidays by country, computed by the program (src/retail/holidays.h) and inserted at start.
-- Grain: one row per country_code, region and holiday_date. Each inserted set is whole: readers take the
-- rows of the greatest rules_version.
-- Engine: ReplacingMergeTree: the same set inserted again merges into one. Order key: the grain and the
-- version. Retention: for ever.

create table if not exists retail_core.holidays
(
    country_code LowCardinality(String),
    country_name LowCardinality(String),
    region LowCardinality(String),
    holiday_date Date,
    holiday_name String,
    rules_version UInt32
)
engine = ReplacingMergeTree
order by (country_code, region, holiday_date, rules_version)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
