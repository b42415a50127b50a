-- Where does each store's clock stand, and is it a holiday there?
-- Grain: one row per store. Who asks: the detection, at each look.
select
    stores.store_id as store_id,
    stores.country as country,
    cast(stores.time_zone as String) as time_zone,
    toUInt8(
        (
            stores.store_id,
            toDate(formatDateTime(toDateTime({now_s:Int64}, 'UTC'), '%F', cast(stores.time_zone as String)))
        ) in (
            select
                store_id,
                holiday_date
            from retail_core.store_holidays
        )
    ) as is_holiday
from
(
    select *
    from retail_core.stores
    final
) as stores
order by store_id
