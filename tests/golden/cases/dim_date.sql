-- Case: a weekend, holidays of one country and of both, the first and the last date, and how many there are.
-- Grain: one row per date.
select
    *,
    (
        select count()
        from retail.dim_date
    ) as days,
    (
        select sum(is_holiday)
        from retail.dim_date
    ) as holidays
from retail.dim_date
where full_date in
    (
        '2000-01-01',
        '2026-08-03',
        '2026-10-03',
        '2027-01-02',
        '2027-12-25',
        '2028-02-29',
        '2039-12-31'
    )
order by
    date_key
