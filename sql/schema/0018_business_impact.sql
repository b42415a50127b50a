-- What: what the orders earned or saved against a baseline policy replayed over the same days.
-- Grain: one row per business_date and store_id. Amounts are in the store's currency.
-- Engine: ReplacingMergeTree by time of computation (read with final). Order key: the grain. Retention:
-- for ever.

create table if not exists retail_core.business_impact_daily
(
    business_date Date,
    store_id UInt32,
    policy LowCardinality(String),
    baseline_policy LowCardinality(String),
    method LowCardinality(String),
    stock_out_hours Float64,
    baseline_stock_out_hours Float64,
    lost_sales_units Float64,
    baseline_lost_sales_units Float64,
    lost_revenue Float64,
    baseline_lost_revenue Float64,
    waste_cost Float64,
    baseline_waste_cost Float64,
    holding_cost Float64,
    baseline_holding_cost Float64,
    ordering_cost Float64,
    baseline_ordering_cost Float64,
    saving Float64,
    saving_lower Float64,
    saving_upper Float64,
    computed_at DateTime64(3, 'UTC')
)
engine = ReplacingMergeTree(computed_at)
order by (store_id, business_date)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
