-- What: the exact terms of a proposal, in thousandths of a unit. order_quantity is
--   order_up_to_units - on_hand_units - on_order_units - in_transit_units + reserved_units
--   + the sum of the *_adjustment_units
-- to the last digit; reorder_point_units is protection_demand_units + safety_stock_units. The columns of
-- the same names without _units are these as floats.
-- on_order_units is what was ordered and not yet announced from here on; in_transit_units is announced.
alter table retail_core.reorder_predictions
    add column if not exists in_transit_units Decimal(18, 3) after on_order_units;
alter table retail_core.reorder_predictions
    add column if not exists protection_demand_units Decimal(18, 3) after order_up_to;
alter table retail_core.reorder_predictions
    add column if not exists safety_stock_units Decimal(18, 3) after protection_demand_units;
alter table retail_core.reorder_predictions
    add column if not exists reorder_point_units Decimal(18, 3) after safety_stock_units;
alter table retail_core.reorder_predictions
    add column if not exists order_up_to_units Decimal(18, 3) default toDecimal64(order_up_to, 3)
    after reorder_point_units;
alter table retail_core.reorder_predictions
    add column if not exists not_due_adjustment_units Decimal(18, 3) after order_up_to_units;
alter table retail_core.reorder_predictions
    add column if not exists pack_adjustment_units Decimal(18, 3) after not_due_adjustment_units;
alter table retail_core.reorder_predictions
    add column if not exists min_order_adjustment_units Decimal(18, 3) after pack_adjustment_units;
alter table retail_core.reorder_predictions
    add column if not exists capacity_adjustment_units Decimal(18, 3) after min_order_adjustment_units;
alter table retail_core.reorder_predictions
    add column if not exists shelf_life_adjustment_units Decimal(18, 3) after capacity_adjustment_units;
alter table retail_core.reorder_predictions
    add column if not exists supplier_minimum_adjustment_units Decimal(18, 3)
    after shelf_life_adjustment_units;
alter table retail_core.reorder_predictions
    add column if not exists allocation_adjustment_units Decimal(18, 3)
    after supplier_minimum_adjustment_units;
alter table retail_core.reorder_predictions
    add column if not exists budget_adjustment_units Decimal(18, 3) after allocation_adjustment_units;
alter table retail_core.reorder_predictions
    add column if not exists data_adjustment_units Decimal(18, 3) after budget_adjustment_units;
alter table retail_core.reorder_predictions
    add column if not exists target_kind LowCardinality(String) default 'service_level' after service_level;
