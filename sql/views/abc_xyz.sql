-- Which products carry a store's revenue, and how steadily do they sell?
-- Grain: one row per store_id and product_id with events in the 13 weeks up to the newest business date.
-- Asked by: inventory analysts, buyers.
-- A: the products that make the first 80 % of the revenue, best first; B: up to 95 %; C: the rest. X, Y, Z:
-- the coefficient of variation of weekly net units is at most 0.5, at most 1, above (null without units).
create or replace view retail.abc_xyz
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    net_units Decimal(38, 3) comment 'net units of the 13 weeks',
    revenue Decimal(38, 7) comment 'revenue of the 13 weeks',
    revenue_share Nullable(Float64) comment 'share of the store''s revenue, 0 to 1',
    cumulative_share Nullable(Float64) comment 'share of this product and all better ones',
    abc_class String comment 'A, B or C by revenue',
    coefficient_of_variation Nullable(Float64) comment 'of weekly net units: standard deviation / mean; null: no net units',
    xyz_class Nullable(String) comment 'X steady, Y varying, Z irregular; null: no net units'
)
definer = {{definer}} sql security definer
as
with
    (
        select max(business_date)
        from retail_core.daily_sales
    ) as newest_date
select
    store_id,
    product_id,
    net_units,
    revenue,
    if(total > 0, round(toFloat64(revenue) / toFloat64(total), 6), null) as revenue_share,
    if(total > 0, round(toFloat64(up_to_here) / toFloat64(total), 6), null) as cumulative_share,
    multiIf(
        total <= 0 or revenue <= 0, 'C',
        toFloat64(up_to_here - revenue) < 0.8 * toFloat64(total), 'A',
        toFloat64(up_to_here - revenue) < 0.95 * toFloat64(total), 'B',
        'C'
    ) as abc_class,
    round(variation, 6) as coefficient_of_variation,
    multiIf(isNull(variation), null, variation <= 0.5, 'X', variation <= 1, 'Y', 'Z') as xyz_class
from
(
    select
        store_id,
        product_id,
        net_units,
        revenue,
        toFloat64(net_units) / 13 as mean_units,
        -- Weeks without events count as 0.
        if(
            net_units > 0,
            sqrt(greatest(0, arraySum(units -> pow(units / 1000, 2), weeks) / 13 - pow(mean_units, 2))) / mean_units,
            null
        ) as variation,
        sum(greatest(revenue, 0)) over (partition by store_id) as total,
        sum(greatest(revenue, 0)) over (
            partition by store_id
            order by
                revenue desc,
                product_id
            rows between unbounded preceding and current row
        ) as up_to_here
    from
    (
        -- A sum per week side by side: as groups of their own they would be 13 times as many.
        select
            store_id,
            product_id,
            sum(net) as net_units,
            sum(amount) as revenue,
            [
                sumIf(thousandths, weeks_ago = 0),
                sumIf(thousandths, weeks_ago = 1),
                sumIf(thousandths, weeks_ago = 2),
                sumIf(thousandths, weeks_ago = 3),
                sumIf(thousandths, weeks_ago = 4),
                sumIf(thousandths, weeks_ago = 5),
                sumIf(thousandths, weeks_ago = 6),
                sumIf(thousandths, weeks_ago = 7),
                sumIf(thousandths, weeks_ago = 8),
                sumIf(thousandths, weeks_ago = 9),
                sumIf(thousandths, weeks_ago = 10),
                sumIf(thousandths, weeks_ago = 11),
                sumIf(thousandths, weeks_ago = 12)
            ] as weeks
        from
        (
            select
                deltas.store_id as store_id,
                deltas.product_id as product_id,
                intDiv(newest_date - deltas.business_date, 7) as weeks_ago,
                deltas.units_sold - deltas.units_returned as net,
                deltas.gross_revenue - deltas.returned_revenue as amount,
                toInt64(net * 1000) as thousandths
            from retail_core.product_sales as deltas
            where deltas.business_date > newest_date - 91
        )
        group by
            store_id,
            product_id
    )
)
