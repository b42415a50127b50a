-- Case: a year with days off for holidays at a weekend, and a region with a set of its own.
-- Grain: one row per country, region and date.
select *
from retail.dim_holiday
where country = 'GB'
    and full_date >= '2026-12-01'
    and full_date < '2028-01-01'
order by
    region,
    full_date
