-- What did ordering this way earn, against a baseline policy replayed over the same days?
-- Grain: one row per business_date and store_id. Asked by: executives.
-- Amounts are in the store's currency and estimates, not book values; the method says how they were made.
create or replace view retail.business_impact_daily
(
    business_date Date comment 'the store''s calendar day',
    store_id UInt32 comment 'the store; dim_store.store_id',
    currency LowCardinality(String) comment 'ISO 4217; empty when dim_store does not know the store',
    policy LowCardinality(String) comment 'the policy that ordered',
    baseline_policy LowCardinality(String) comment 'the policy it is measured against',
    method LowCardinality(String) comment 'how the baseline was replayed',
    stock_out_hours Float64 comment 'opening hours without stock, over all products',
    baseline_stock_out_hours Float64 comment 'the same under the baseline',
    lost_sales_units Float64 comment 'demand not met for want of stock',
    baseline_lost_sales_units Float64 comment 'the same under the baseline',
    lost_revenue Float64 comment 'revenue lost for want of stock',
    baseline_lost_revenue Float64 comment 'the same under the baseline',
    waste_cost Float64 comment 'cost of what spoiled',
    baseline_waste_cost Float64 comment 'the same under the baseline',
    holding_cost Float64 comment 'cost of holding stock',
    baseline_holding_cost Float64 comment 'the same under the baseline',
    ordering_cost Float64 comment 'cost of placing and receiving orders',
    baseline_ordering_cost Float64 comment 'the same under the baseline',
    saving Float64 comment 'baseline cost and lost margin less the real ones',
    saving_lower Float64 comment 'lower end of the 95 % interval of saving',
    saving_upper Float64 comment 'upper end of the 95 % interval of saving',
    computed_at DateTime64(3, 'UTC') comment 'when it was computed'
)
definer = {{definer}} sql security definer
as
select
    impact.business_date as business_date,
    impact.store_id as store_id,
    stores.currency as currency,
    impact.policy as policy,
    impact.baseline_policy as baseline_policy,
    impact.method as method,
    impact.stock_out_hours as stock_out_hours,
    impact.baseline_stock_out_hours as baseline_stock_out_hours,
    impact.lost_sales_units as lost_sales_units,
    impact.baseline_lost_sales_units as baseline_lost_sales_units,
    impact.lost_revenue as lost_revenue,
    impact.baseline_lost_revenue as baseline_lost_revenue,
    impact.waste_cost as waste_cost,
    impact.baseline_waste_cost as baseline_waste_cost,
    impact.holding_cost as holding_cost,
    impact.baseline_holding_cost as baseline_holding_cost,
    impact.ordering_cost as ordering_cost,
    impact.baseline_ordering_cost as baseline_ordering_cost,
    impact.saving as saving,
    impact.saving_lower as saving_lower,
    impact.saving_upper as saving_upper,
    impact.computed_at as computed_at
from
(
    select *
    from retail_core.business_impact_daily
    final
) as impact
left join retail_core.stores as stores final on stores.store_id = impact.store_id
-- Whatever the client sets.
settings join_use_nulls = 0
