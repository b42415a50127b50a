-- How do the stores compare over a period, and with the period before?
-- Grain: one row per store with events in either. Who asks: the store comparison, the executive leaderboard.
-- An answer that took long may be kept.
-- Columns:
--   store_id UInt32: the store
--   store_code String: the chain's own name of the store
--   store_name String: the name people use
--   region String: part of the country; empty: unknown
--   country String: two letters or English name; empty: unknown
--   currency String: ISO 4217; empty: a store that no store file knows
--   revenue Decimal: sales less returns
--   revenue_before Decimal: the same of as many days before
--   revenue_change Float64?: relative change; null: nothing above 0 to compare with
--   sales UInt64: receipt lines sold
--   units Decimal: units sold less returned
--   revenue_return_rate Float64?: returned revenue / gross revenue; null: nothing was sold
--   revenue_per_square_foot Float64?: revenue / sales area; null: area unknown
--   revenue_rank UInt64: 1 is the most revenue of its currency
--   target_revenue Decimal?: sum of the targets of the period; null: none
--   attainment Float64?: revenue of days with a target / target_revenue; null: no target above 0
-- Filters: from to category
select
    sold.store_id as store_id,
    ifNull(stores.store_code, '') as store_code,
    ifNull(stores.store_name, '') as store_name,
    ifNull(stores.region, '') as region,
    ifNull(stores.country, '') as country,
    ifNull(cast(stores.currency as Nullable(String)), '') as currency,
    sold.revenue as revenue,
    sold.revenue_before as revenue_before,
    if(
        sold.revenue_before > 0,
        round(toFloat64(sold.revenue - sold.revenue_before) / toFloat64(sold.revenue_before), 6),
        null
    ) as revenue_change,
    sold.sales as sales,
    sold.units as units,
    if(
        sold.gross_revenue > 0,
        round(toFloat64(sold.returned_revenue) / toFloat64(sold.gross_revenue), 6),
        null
    ) as revenue_return_rate,
    if(
        stores.square_footage > 0,
        round(toFloat64(sold.revenue) / stores.square_footage, 6),
        null
    ) as revenue_per_square_foot,
    rank() over (
        partition by currency
        order by sold.revenue desc
    ) as revenue_rank,
    targets.target_revenue as target_revenue,
    if(
        targets.target_revenue > 0,
        round(toFloat64(targets.actual_revenue) / toFloat64(targets.target_revenue), 6),
        null
    ) as attainment
from
(
    select
        store_id,
        sumIf(days.revenue, business_date >= {from_date:Date}) as revenue,
        sumIf(days.revenue, business_date < {from_date:Date}) as revenue_before,
        sumIf(days.sales, business_date >= {from_date:Date}) as sales,
        sumIf(days.net_units, business_date >= {from_date:Date}) as units,
        sumIf(days.gross_revenue, business_date >= {from_date:Date}) as gross_revenue,
        sumIf(days.returned_revenue, business_date >= {from_date:Date}) as returned_revenue
    from retail.daily_sales_summary as days
    where business_date > {from_date:Date} - ({to_date:Date} - {from_date:Date} + 2)
        and business_date <= {to_date:Date}
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        and (empty({categories:Array(String)}) or category in {categories:Array(String)})
    group by store_id
) as sold
left join retail.dim_store as stores on stores.store_id = sold.store_id
left join
(
    select
        store_id,
        sum(toDecimal128(progress.target_revenue, 7)) as target_revenue,
        sum(progress.actual_revenue) as actual_revenue
    from retail.sales_target_progress as progress
    where business_date between {from_date:Date} and {to_date:Date}
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    group by store_id
) as targets on targets.store_id = sold.store_id
order by
    currency,
    revenue desc,
    store_id
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 1
