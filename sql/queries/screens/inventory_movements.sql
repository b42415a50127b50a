-- What moved stock in a period?
-- Grain: one row per cause and category. Who asks: the flow of goods (Sankey) of the inventory page.
-- An answer that took long may be kept.
-- Columns:
--   cause String: sale, return, receipt, count, correction or waste
--   category String: from the product file; empty: not in one
--   movements UInt64: how many
--   units_in Decimal: units that came into the stores
--   units_out Decimal: units that left them, 0 or more
-- Filters: from to category
select
    moved.cause as cause,
    moved.category as category,
    sum(moved.movements) as movements,
    sum(moved.units_in) as units_in,
    sum(moved.units_out) as units_out
from
(
    select
        cast(per_product.cause as String) as cause,
        ifNull(names.category, '') as category,
        per_product.movements as movements,
        per_product.units_in as units_in,
        per_product.units_out as units_out
    from
    (
        select
            cause,
            product_id,
            count() as movements,
            sum(greatest(toDecimal128(booked_units, 3), 0)) as units_in,
            -sum(least(toDecimal128(booked_units, 3), 0)) as units_out
        from retail.stock_movements
        where cause != 'count'
            and business_date between {from_date:Date} and {to_date:Date}
            and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        group by
            cause,
            product_id
        union all
        -- What a count found too many or too few takes the history of the product, so of those counted only.
        select
            cause,
            product_id,
            count() as movements,
            sum(greatest(toDecimal128(quantity_units, 3), 0)) as units_in,
            -sum(least(toDecimal128(quantity_units, 3), 0)) as units_out
        from retail.stock_movements
        where cause = 'count'
            and business_date between {from_date:Date} and {to_date:Date}
            and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
            and (store_id, product_id) in
            (
                select
                    store_id,
                    product_id
                from retail.inventory_updates
                where update_type = 'COUNT'
                    and business_date between {from_date:Date} and {to_date:Date}
            )
        group by
            cause,
            product_id
    ) as per_product
    left join retail.dim_product as names on names.product_id = per_product.product_id
) as moved
where (empty({categories:Array(String)}) or moved.category in {categories:Array(String)})
group by
    moved.cause,
    moved.category
order by
    cause,
    category
limit {row_limit:UInt64} offset {row_offset:UInt64}
