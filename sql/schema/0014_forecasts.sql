-- What: forecasts of demand, and what to order because of them.
-- Engine: ReplacingMergeTree by time of generation (read with final). Retention: for ever.

-- Grain: one row per model_version, level, store_id, product_id, category, region, prediction_date and
-- forecast_date. level says what is forecast: product_store, store, category, region or total; the keys
-- that it leaves out are 0 or empty. quantiles[i] is the demand not exceeded with probability
-- quantile_levels[i].
create table if not exists retail_core.forecasts
(
    level LowCardinality(String),
    store_id UInt32,
    product_id String,
    category LowCardinality(String),
    region LowCardinality(String),
    prediction_date Date,
    forecast_date Date,
    model_name LowCardinality(String),
    model_version LowCardinality(String),
    is_champion UInt8,
    predicted_demand Float64,
    median_demand Float64,
    lower_80 Float64,
    upper_80 Float64,
    lower_95 Float64,
    upper_95 Float64,
    quantile_levels Array(Float32),
    quantiles Array(Float64),
    stock_out_risk_score Nullable(Float64),
    generated_at DateTime64(3, 'UTC')
)
engine = ReplacingMergeTree(generated_at)
order by
(
    level,
    store_id,
    product_id,
    category,
    region,
    prediction_date,
    forecast_date,
    model_version
)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- Grain: one row per store_id, product_id and review_date. The terms re-add to order_quantity.
create table if not exists retail_core.reorder_predictions
(
    store_id UInt32,
    product_id String,
    review_date Date,
    supplier LowCardinality(String),
    model_version LowCardinality(String),
    policy LowCardinality(String),
    on_hand_units Decimal(18, 3),
    on_order_units Decimal(18, 3),
    reserved_units Decimal(18, 3),
    review_period_days Float64,
    lead_time_days Float64,
    lead_time_std_dev_days Float64,
    service_level Float64,
    protection_demand Float64,
    safety_stock Float64,
    reorder_point Float64,
    order_up_to Float64,
    min_order_units Decimal(18, 3),
    pack_size UInt32,
    order_quantity Decimal(18, 3),
    unit_cost Nullable(Decimal(14, 4)),
    stock_out_probability Nullable(Float64),
    order_by_date Nullable(Date),
    expected_delivery_date Nullable(Date),
    limited_by LowCardinality(String),
    reason String,
    generated_at DateTime64(3, 'UTC')
)
engine = ReplacingMergeTree(generated_at)
order by (store_id, product_id, review_date)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
