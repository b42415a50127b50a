-- On which terms are items supplied and kept, as somebody wrote it down?
-- Grain: one row per store_id, product_id and supplier. Asked by: planners.
-- The more specific row holds, term by term; null: the row does not say.
create or replace view retail.item_terms
(
    store_id UInt32 comment 'the store; 0: every one',
    product_id String comment 'the product; empty: every one',
    supplier String comment 'whose items the row is about; empty: every one',
    delivered_by String comment 'who delivers the product; empty: not said',
    lead_time_days Nullable(Decimal(18, 4)) comment 'days from order to delivery',
    lead_time_std_dev_days Nullable(Decimal(18, 4)) comment 'standard deviation of the lead time, days',
    review_period_days Nullable(Decimal(18, 4)) comment 'days between two reviews',
    min_order_units Nullable(Decimal(18, 4)) comment 'least that the supplier delivers',
    pack_size Nullable(Decimal(18, 4)) comment 'units of one orderable pack',
    supplier_minimum_value Nullable(Decimal(18, 4)) comment 'least value of an order, in the store''s currency',
    capacity_units Nullable(Decimal(18, 4)) comment 'units that shelf and store room hold',
    shelf_life_days Nullable(Decimal(18, 4)) comment 'days from delivery until it spoils; 0: it does not',
    unit_cost Nullable(Decimal(18, 4)) comment 'cost of one unit',
    holding_cost_percent Nullable(Decimal(18, 4)) comment 'cost of holding stock, percent of unit_cost a year',
    order_cost Nullable(Decimal(18, 4)) comment 'cost of one order line',
    service_level Nullable(Decimal(18, 4)) comment 'wanted probability of no stock-out in a protection period',
    fill_rate Nullable(Decimal(18, 4)) comment 'wanted share of demand that is met from the shelf',
    cost_ratio Nullable(Decimal(18, 4)) comment 'cost of one short over that plus the cost of one too many'
)
definer = {{definer}} sql security definer
as
select
    store_id,
    product_id,
    supplier,
    delivered_by,
    lead_time_days,
    lead_time_std_dev_days,
    review_period_days,
    min_order_units,
    pack_size,
    supplier_minimum_value,
    capacity_units,
    shelf_life_days,
    unit_cost,
    holding_cost_percent,
    order_cost,
    service_level,
    fill_rate,
    cost_ratio
from retail_core.item_terms
final
