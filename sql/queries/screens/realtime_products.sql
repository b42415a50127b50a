-- Which products take most and least today?
-- Grain: one row per product and currency among the best and the last of today's. Who asks: the real-time page.
-- An answer may be shared for half a second.
-- Columns:
--   end_of_list String: top or bottom; a product of a short list is in both
--   place UInt64: 1 is the most (top) or the least (bottom) revenue of its currency
--   product_id String: the product
--   product_name String: its name
--   category String: the category that the newest of these events says
--   currency String: ISO 4217; empty: a store that no store file knows
--   revenue Decimal: sales less returns
--   units Decimal: units sold less returned
--   sales UInt64: receipt lines sold
-- Filters: category
with
    sold as
    (
        select
            days.product_id as product_id,
            argMax(cast(days.category as String), days.last_event_time) as category,
            cast(stores.currency as String) as currency,
            sum(days.revenue) as revenue,
            sum(days.net_units) as units,
            sum(days.sales) as sales
        from retail.product_sales_parts as days
        left join retail.dim_store as stores on stores.store_id = days.store_id
        where days.business_date = {today:Date}
            and ({all_stores:UInt8} = 1 or days.store_id in {stores:Array(UInt32)})
            and (empty({categories:Array(String)}) or days.category in {categories:Array(String)})
        group by
            days.product_id,
            stores.currency
        having sales > 0
    ),
    placed as
    (
        select
            *,
            row_number() over (
                partition by currency
                order by
                    revenue desc,
                    product_id
            ) as from_top,
            row_number() over (
                partition by currency
                order by
                    revenue,
                    product_id
            ) as from_bottom
        from sold
    )
select
    ends.end_of_list as end_of_list,
    ends.place as place,
    ends.product_id as product_id,
    if(names.product_name = '', ends.product_id, names.product_name) as product_name,
    ends.category as category,
    ends.currency as currency,
    ends.revenue as revenue,
    ends.units as units,
    ends.sales as sales
from
(
    select
        *,
        arrayJoin(arrayFilter(place -> place.2 <= 10, [('top', from_top), ('bottom', from_bottom)])) as list,
        list.1 as end_of_list,
        list.2 as place
    from placed
) as ends
left join retail.product_names as names on names.product_id = ends.product_id
order by
    currency,
    end_of_list desc,
    place
limit {row_limit:UInt64} offset {row_offset:UInt64}
