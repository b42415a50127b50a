-- How fast does each product sell in each store while it is open?
-- Grain: one row per store_id and product_id sold in the stretch. Asked by: store managers, inventory analysts.
-- The stretch is the 28 business dates before the store's newest one with a sale, which is still under way.
-- Open is an hour of the store's own clock in which it sold anything at all: nobody has to keep a calendar of
-- opening hours, and an hour without a single sale counts as closed. Returns do not reduce what was sold, and a
-- product that came new within the stretch is measured over all of it. (Stock risks go by another velocity,
-- inventory_by_store.units_sold_per_day: from a product's first sale on, without the hours it had no stock.)
create or replace view retail.sales_velocity
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    first_date Date comment 'first business date of the stretch',
    last_date Date comment 'last business date of the stretch: the day before the newest one',
    open_days UInt64 comment 'business dates of the stretch with any sale in the store',
    open_hours UInt64 comment 'hours of the stretch with any sale in the store',
    units_sold Decimal(38, 3) comment 'units of the product sold in the stretch',
    units_per_open_hour Float64 comment 'units_sold / open_hours',
    units_per_open_day Float64 comment 'units_sold / open_days'
)
definer = {{definer}} sql security definer
as
with
    store_days as
    (
        select
            store_id,
            business_date,
            -- An hour whose sales came in two epochs is one.
            uniqExactIf(hour_start, sales > 0) as hours
        from retail_core.hourly_sales
        group by
            store_id,
            business_date
        having hours > 0
    ),
    stretches as
    (
        select
            days.store_id as store_id,
            newest.business_date as until_date,
            count() as open_days,
            sum(days.hours) as open_hours
        from store_days as days
        inner join
        (
            select
                store_id,
                max(business_date) as business_date
            from store_days
            group by store_id
        ) as newest on newest.store_id = days.store_id
        where days.business_date < newest.business_date
            and days.business_date >= newest.business_date - 28
        group by
            store_id,
            until_date
    )
select
    sold.store_id as store_id,
    sold.product_id as product_id,
    stretches.until_date - 28 as first_date,
    stretches.until_date - 1 as last_date,
    stretches.open_days as open_days,
    stretches.open_hours as open_hours,
    sum(sold.units_sold) as units_sold,
    round(toFloat64(units_sold) / open_hours, 6) as units_per_open_hour,
    round(toFloat64(units_sold) / open_days, 6) as units_per_open_day
from retail_core.product_sales as sold
inner join stretches on stretches.store_id = sold.store_id
where sold.business_date >= first_date
    and sold.business_date <= last_date
    and sold.sales > 0
group by
    store_id,
    product_id,
    first_date,
    last_date,
    open_days,
    open_hours
-- Whatever the client sets.
settings join_use_nulls = 0
