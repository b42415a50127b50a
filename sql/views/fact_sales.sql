-- What was sold and returned, as the fact table of the star schema?
-- Grain: one row per accepted sale or return; sale_id is its place in the log. Asked by: Power BI, star
-- schema tools. A return has a negative quantity and revenue. cost and profit are null where the till
-- gave no unit cost.
create or replace view retail.fact_sales
(
    sale_id Int64 comment 'place in the log, as one number',
    date_key UInt32 comment 'the business date as the number yyyymmdd',
    product_key UInt64 comment 'the product; a hash of product_id, below 2^63',
    store_key UInt32 comment 'the store; equals store_id',
    quantity Decimal(12, 3) comment 'units; negative for a return',
    revenue Decimal(38, 7) comment 'quantity x unit_price; negative for a return',
    cost Nullable(Decimal(38, 7)) comment 'quantity x unit_cost; null where the till gave none',
    profit Nullable(Decimal(38, 7)) comment 'revenue less cost; null where cost is'
)
definer = {{definer}} sql security definer
as
select
    bitShiftLeft(toInt64(events.log_partition), 48) + events.log_offset as sale_id,
    toYYYYMMDD(events.business_date) as date_key,
    bitShiftRight(sipHash64(events.product_id), 1) as product_key,
    events.store_id as store_key,
    if(events.transaction_type = 'RETURN', -events.quantity, events.quantity) as quantity,
    events.revenue as revenue,
    toDecimal128(quantity, 3) * events.unit_cost as cost,
    events.revenue - cost as profit
from retail_core.events as events
where events.transaction_type in ('SALE', 'RETURN')
