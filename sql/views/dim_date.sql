-- Which days are there, and what is special about them?
-- Grain: one row per date, from 2000-01-01 (the first day an event may have) to 2039-12-31.
-- Asked by: every report; star schema.
-- A date is one row here however many countries the chain is in, so is_holiday says that it is a public
-- holiday in at least one country (or region) where the chain has a store: exact for a chain in one country.
-- A store's own holidays are in store_holidays. More than the 20 years that reports ask for, so that no
-- fact is without its date.
create or replace view retail.dim_date
(
    date_key UInt32 comment 'the date as the number yyyymmdd',
    full_date Date comment 'the date',
    day_of_week UInt8 comment '1 is Monday, 7 is Sunday',
    day_name String comment 'Monday to Sunday',
    day_of_month UInt8 comment '1 to 31',
    day_of_year UInt16 comment '1 to 366',
    iso_week UInt8 comment 'ISO 8601 week, 1 to 53',
    iso_year UInt16 comment 'year of the ISO 8601 week',
    week_start Date comment 'Monday of its week',
    month UInt8 comment '1 to 12',
    month_name String comment 'January to December',
    month_start Date comment 'first day of its month',
    quarter UInt8 comment '1 to 4',
    year UInt16 comment 'calendar year',
    is_holiday UInt8 comment '1: public holiday in a country or region where the chain has a store',
    is_weekend UInt8 comment '1: Saturday or Sunday',
    holiday_names Array(String) comment 'names of those holidays',
    holiday_countries Array(String) comment 'countries that have them, two letters'
)
definer = {{definer}} sql security definer
as
select
    toYYYYMMDD(days.full_date) as date_key,
    days.full_date as full_date,
    toDayOfWeek(days.full_date) as day_of_week,
    dateName('weekday', days.full_date) as day_name,
    toDayOfMonth(days.full_date) as day_of_month,
    toDayOfYear(days.full_date) as day_of_year,
    toISOWeek(days.full_date) as iso_week,
    toISOYear(days.full_date) as iso_year,
    toMonday(days.full_date) as week_start,
    toMonth(days.full_date) as month,
    dateName('month', days.full_date) as month_name,
    toStartOfMonth(days.full_date) as month_start,
    toQuarter(days.full_date) as quarter,
    toYear(days.full_date) as year,
    toUInt8(notEmpty(holidays.countries)) as is_holiday,
    toUInt8(day_of_week > 5) as is_weekend,
    holidays.names as holiday_names,
    holidays.countries as holiday_countries
from
(
    select arrayJoin(
        arrayMap(
            day -> toDate('2000-01-01') + day,
            range(toUInt32(toDate('2040-01-01') - toDate('2000-01-01')))
        )
    ) as full_date
) as days
left join
(
    select
        holiday_date,
        arraySort(groupUniqArray(holiday_name)) as names,
        arraySort(groupUniqArray(country_code)) as countries
    from retail_core.store_holidays
    group by
        holiday_date
) as holidays on holidays.holiday_date = days.full_date
-- Whatever the client sets.
settings join_use_nulls = 0
