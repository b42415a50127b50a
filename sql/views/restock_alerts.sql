-- Which products are about to run out, and which of them recovered?
-- Grain: one row per incident of a store and product. Asked by: store managers, the inventory screen.
-- Raised when running out within horizon_days is more than 80 % likely.
create or replace view retail.restock_alerts
(
    alert_id UUID comment 'the incident',
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    raised_at DateTime64(3, 'UTC') comment 'when it was raised',
    recovered_at Nullable(DateTime64(3, 'UTC')) comment 'when the risk was over; null: it is not',
    state LowCardinality(String) comment 'open or recovered',
    stock_out_probability Float64 comment 'probability of running out within horizon_days when raised',
    horizon_days Float64 comment 'days looked ahead',
    expected_stock_out_at Nullable(DateTime64(3, 'UTC')) comment 'when stock would end at this velocity; null: not known',
    on_hand_units Decimal(18, 3) comment 'units in the store',
    on_order_units Decimal(18, 3) comment 'units ordered and not yet delivered',
    units_sold_per_day Nullable(Float64) comment 'sales velocity: units a day while open and in stock',
    reason String comment 'why, in plain words'
)
definer = {{definer}} sql security definer
as
select
    alert_id,
    store_id,
    product_id,
    raised_at,
    recovered_at,
    state,
    stock_out_probability,
    horizon_days,
    expected_stock_out_at,
    on_hand_units,
    on_order_units,
    units_sold_per_day,
    reason
from retail_core.restock_alerts
final
