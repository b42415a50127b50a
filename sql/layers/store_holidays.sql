-- On which days is it a public holiday where a store is?
-- Grain: one row per store_id and holiday_date. A store's country may be written as its two-letter code or
-- its English name; a region with a set of its own (Scotland) has that instead of its country's.
-- Asked by: dim_date, store_holidays.
create or replace view retail_core.store_holidays
sql security invoker
as
with
    (
        select max(rules_version)
        from retail_core.holidays
    ) as newest_rules,
    (
        select groupUniqArray((country_code, region))
        from retail_core.holidays
        where rules_version = newest_rules
            and region != ''
    ) as regions
select
    stores.store_id as store_id,
    holidays.holiday_date as holiday_date,
    holidays.country_code as country_code,
    holidays.region as region,
    holidays.holiday_name as holiday_name
from
(
    select
        store_id,
        places.country_code as country_code,
        if(has(regions, (places.country_code, known.region)), known.region, '') as calendar_region
    from
    (
        select
            store_id,
            upper(country) as country,
            region
        from retail_core.stores
        final
    ) as known
    inner join
    (
        select distinct
            country_code,
            arrayJoin([country_code, upper(country_name)]) as written
        from retail_core.holidays
        where rules_version = newest_rules
    ) as places on places.written = known.country
) as stores
inner join
(
    select
        country_code,
        region,
        holiday_date,
        holiday_name
    from retail_core.holidays
    final
    where rules_version = newest_rules
) as holidays
    on holidays.country_code = stores.country_code
    and holidays.region = stores.calendar_region
