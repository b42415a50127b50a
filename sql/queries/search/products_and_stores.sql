-- Which products and stores have a text in their name or number?
-- Grain: one row per product that a visible store sold or a product file lists, and per store; the best match first. Who
-- asks: the search box and the command palette.
-- Columns:
--   kind String: product or store
--   id String: product_id or store_id
--   name String: the name people use
--   detail String: category of a product, city of a store
--   place UInt8: 1 begins with the text, 2 has it inside
-- Filters: q!
select
    found.kind as kind,
    found.id as id,
    found.name as name,
    found.detail as detail,
    toUInt8(
        if(
            startsWithUTF8(lowerUTF8(found.name), lowerUTF8({text:String}))
                or startsWithUTF8(lowerUTF8(found.id), lowerUTF8({text:String})),
            1,
            2
        )
    ) as place
from
(
    select
        'product' as kind,
        product_id as id,
        product_name as name,
        category as detail
    from retail.dim_product
    where {all_stores:UInt8} = 1
        -- Whatever a visible store ever sold, got or counted: the stock ledger's products, without its sums.
        or product_id in
        (
            select product_id
            from retail.product_sales_parts
            where store_id in {stores:Array(UInt32)}
            union all
            select product_id
            from retail.supplier_shipments
            where store_id in {stores:Array(UInt32)}
            union all
            select product_id
            from retail.inventory_updates
            where store_id in {stores:Array(UInt32)}
        )
    union all
    select
        'store' as kind,
        toString(store_id) as id,
        store_name as name,
        city as detail
    from retail.dim_store
    where ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
) as found
where positionCaseInsensitiveUTF8(found.name, {text:String}) > 0
    or positionCaseInsensitiveUTF8(found.id, {text:String}) > 0
order by
    place,
    kind desc,
    name,
    id
limit {row_limit:UInt64} offset {row_offset:UInt64}
