-- Where did each product stand at the end of one business date? The columns of its file in the lake.
-- Grain: one row per store_id and product_id. Asked by: pipelines/derive.
select
    business_date,
    store_id,
    product_id,
    on_hand_units,
    on_order_units,
    stock_out_hours,
    reorder_point,
    safety_stock
from retail_core.inventory_daily
final
where business_date = {date:Date}
order by
    store_id,
    product_id
