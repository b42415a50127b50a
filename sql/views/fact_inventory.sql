-- Where did the stock of each product stand at the end of each day, as the fact table of the star schema?
-- Grain: one row per store_key, product_key and date_key. inventory_id is a hash of the three.
-- Asked by: Power BI, star schema tools.
create or replace view retail.fact_inventory
(
    inventory_id UInt64 comment 'a hash of date, store and product',
    date_key UInt32 comment 'the business date as the number yyyymmdd',
    product_key UInt64 comment 'the product; a hash of product_id, below 2^63',
    store_key UInt32 comment 'the store; equals store_id',
    quantity_on_hand Decimal(18, 3) comment 'units in the store at the end of the day',
    quantity_on_order Decimal(18, 3) comment 'units ordered and not yet delivered',
    reorder_point Nullable(Float64) comment 'order at this many units; null: not computed',
    safety_stock Nullable(Float64) comment 'units held against uncertainty; null: not computed',
    stock_out_hours Float64 comment 'opening hours without stock that day'
)
definer = {{definer}} sql security definer
as
select
    bitShiftRight(sipHash64(store_id, product_id, business_date), 1) as inventory_id,
    toYYYYMMDD(business_date) as date_key,
    bitShiftRight(sipHash64(product_id), 1) as product_key,
    store_id as store_key,
    on_hand_units as quantity_on_hand,
    on_order_units as quantity_on_order,
    reorder_point,
    safety_stock,
    stock_out_hours
from retail_core.inventory_daily
final
