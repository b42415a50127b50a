-- Case: each store has its own country's or region's. Grain: one row per store and holiday.
select *
from retail.store_holidays
where full_date >= '2026-11-01'
    and full_date < '2027-05-10'
order by
    store_id,
    full_date
