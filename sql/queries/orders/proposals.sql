-- What is proposed for a store on a review date, and by which arithmetic? product_id empty: every product.
-- Grain: one row per product. Who asks: whoever decides about proposals. quantity and least in thousandths, dates in
-- days since 1970 and generated_ms in UTC milliseconds; 0: not said. terms is the whole row as a JSON object, as the
-- person who decides sees it.
select
    store_id,
    product_id,
    review_date,
    cast(supplier as String) as supplier_name,
    toInt64(order_quantity * 1000) as quantity,
    toInt64(min_order_units * 1000) as least,
    pack_size,
    unit_cost,
    ifNull(expected_delivery_date, toDate(0)) as expected_date,
    toInt64(toUnixTimestamp64Milli(generated_at)) as generated_ms,
    formatRowNoNewline('JSONEachRow', *) as terms
from retail_core.reorder_predictions
final
where store_id = {store_id:UInt32}
    and review_date = {review_date:Date}
    and ({product_id:String} = '' or product_id = {product_id:String})
order by product_id
