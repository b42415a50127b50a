-- What: a share of the synthetic chain's receipts as a file for `import`, with an id each (DuckDB).
-- Grain: one row per event. Asked by: scale_out, per file.
select
    event_time,
    store_id,
    product_id,
    category,
    transaction_type,
    quantity,
    unit_price,
    cast(md5(concat(business_date, '/', log_partition, '/', log_offset)) as uuid) as event_id,
    register_id,
    customer_id,
    basket_id,
    promotion_id
from {{source}}
where store_id % 4 = {{number}}
