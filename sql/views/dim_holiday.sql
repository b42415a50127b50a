-- Which public holidays does each country have?
-- Grain: one row per country, region and date, 2000 to 2039; region is empty for the whole country.
-- Asked by: planners, BI tools.
-- A region has rows only where its set is not its country's (Scotland); they are all of that region's. A day
-- that is taken off instead of a holiday at a weekend is a row of its own.
create or replace view retail.dim_holiday
(
    date_key UInt32 comment 'the date as the number yyyymmdd',
    full_date Date comment 'the date',
    country LowCardinality(String) comment 'two letters (ISO 3166-1)',
    country_name LowCardinality(String) comment 'English name',
    region LowCardinality(String) comment 'the part of the country that has this set; empty: the whole country',
    holiday_name String comment 'name of the holiday, in English'
)
definer = {{definer}} sql security definer
as
select
    toYYYYMMDD(holiday_date) as date_key,
    holiday_date as full_date,
    country_code as country,
    country_name,
    region,
    holiday_name
from retail_core.holidays
final
where rules_version =
    (
        select max(rules_version)
        from retail_core.holidays
    )
