-- How does the business stand over a period?
-- Grain: one row per currency. Who asks: the executive page.
-- An answer that took long may be kept.
-- Columns:
--   currency String: ISO 4217; empty: a store that no store file knows
--   stores UInt64: stores with events in the period
--   revenue Decimal: sales less returns
--   revenue_before Decimal: the same of as many days before
--   revenue_change Float64?: relative change; null: nothing above 0 to compare with
--   revenue_year_before Decimal: the same of the period 364 days before
--   year_over_year Float64?: relative change; null: nothing above 0 to compare with
--   sales UInt64: receipt lines sold
--   units Decimal: units sold less returned
--   stock_value Decimal?: value of stock now, of products whose cost is known; null: of none stock and cost are known
--   items UInt64: products in stores whose stock is known: they were counted or received
--   items_out UInt64: of them, with none left now
--   items_at_risk UInt64: of them, with some left and a probability of 80 % or more of running out
--   open_alerts UInt64: open restock alerts
-- Filters: from to
with
    sold as
    (
        select
            ifNull(cast(stores.currency as Nullable(String)), '') as currency,
            uniqExactIf(days.store_id, days.business_date between {from_date:Date} and {to_date:Date}) as stores,
            sumIf(days.revenue, days.business_date between {from_date:Date} and {to_date:Date}) as revenue,
            sumIf(
                days.revenue,
                days.business_date > {from_date:Date} - ({to_date:Date} - {from_date:Date} + 2)
                    and days.business_date < {from_date:Date}
            ) as revenue_before,
            sumIf(
                days.revenue,
                days.business_date between {from_date:Date} - 364 and {to_date:Date} - 364
            ) as revenue_year_before,
            sumIf(days.sales, days.business_date between {from_date:Date} and {to_date:Date}) as sales,
            sumIf(days.net_units, days.business_date between {from_date:Date} and {to_date:Date}) as units
        from retail.daily_sales_summary as days
        left join retail.dim_store as stores on stores.store_id = days.store_id
        where days.business_date <= {to_date:Date}
            and (
                days.business_date > {from_date:Date} - ({to_date:Date} - {from_date:Date} + 2)
                or days.business_date between {from_date:Date} - 364 and {to_date:Date} - 364
            )
            and ({all_stores:UInt8} = 1 or days.store_id in {stores:Array(UInt32)})
        group by currency
    ),
    held as
    (
        select
            ifNull(cast(stores.currency as Nullable(String)), '') as currency,
            if(
                countIf(isNotNull(stock.unit_cost)) = 0,
                null,
                sumIf(ifNull(stock.stock_value, 0), stock.on_hand_units > 0)
            ) as stock_value,
            count() as items,
            countIf(stock.on_hand_units <= 0) as items_out,
            countIf(stock.on_hand_units > 0 and stock.stock_out_probability >= 0.8) as items_at_risk
        from retail.inventory_by_store as stock
        left join retail.dim_store as stores on stores.store_id = stock.store_id
        where stock.is_known
            and ({all_stores:UInt8} = 1 or stock.store_id in {stores:Array(UInt32)})
        group by currency
    ),
    alerts as
    (
        select
            ifNull(cast(stores.currency as Nullable(String)), '') as currency,
            count() as open_alerts
        from retail.restock_alerts as raised
        left join retail.dim_store as stores on stores.store_id = raised.store_id
        where raised.state = 'open'
            and ({all_stores:UInt8} = 1 or raised.store_id in {stores:Array(UInt32)})
        group by currency
    )
select
    sold.currency as currency,
    sold.stores as stores,
    sold.revenue as revenue,
    sold.revenue_before as revenue_before,
    if(
        sold.revenue_before > 0,
        round(toFloat64(sold.revenue - sold.revenue_before) / toFloat64(sold.revenue_before), 6),
        null
    ) as revenue_change,
    sold.revenue_year_before as revenue_year_before,
    if(
        sold.revenue_year_before > 0,
        round(toFloat64(sold.revenue - sold.revenue_year_before) / toFloat64(sold.revenue_year_before), 6),
        null
    ) as year_over_year,
    sold.sales as sales,
    sold.units as units,
    held.stock_value as stock_value,
    ifNull(held.items, 0) as items,
    ifNull(held.items_out, 0) as items_out,
    ifNull(held.items_at_risk, 0) as items_at_risk,
    ifNull(alerts.open_alerts, 0) as open_alerts
from sold
left join held on held.currency = sold.currency
left join alerts on alerts.currency = sold.currency
order by
    revenue desc,
    currency
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 1
