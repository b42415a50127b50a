-- What: what a forecaster may know of a product in a store before a day begins: point-in-time correct,
-- nothing in a row happened after available_at.
-- Grain: one row per store_id, product_id, feature_date and definition_version.
-- Wide, not long: a year of 30,000 series is 11 million rows this way and 600 million the other. New
-- features are new columns.
-- Engine: ReplacingMergeTree by available_at (read with final). Order key: the grain. Retention: for ever.

create table if not exists retail_core.features
(
    store_id UInt32,
    product_id String,
    feature_date Date,
    definition_version UInt32,
    available_at DateTime64(3, 'UTC'),
    units_lag_1 Nullable(Float32),
    units_lag_7 Nullable(Float32),
    units_lag_14 Nullable(Float32),
    units_lag_28 Nullable(Float32),
    units_lag_30 Nullable(Float32),
    units_lag_90 Nullable(Float32),
    units_mean_7 Nullable(Float32),
    units_mean_14 Nullable(Float32),
    units_mean_28 Nullable(Float32),
    units_mean_30 Nullable(Float32),
    units_mean_90 Nullable(Float32),
    units_std_dev_7 Nullable(Float32),
    units_std_dev_14 Nullable(Float32),
    units_std_dev_28 Nullable(Float32),
    units_std_dev_30 Nullable(Float32),
    units_std_dev_90 Nullable(Float32),
    same_weekday_mean_4 Nullable(Float32),
    same_weekday_mean_8 Nullable(Float32),
    day_of_week UInt8,
    day_of_month UInt8,
    week_of_year UInt8,
    month UInt8,
    season LowCardinality(String),
    is_weekend UInt8,
    is_holiday UInt8,
    days_to_holiday Nullable(Int16),
    days_since_holiday Nullable(Int16),
    local_event LowCardinality(String),
    price Nullable(Float32),
    relative_price Nullable(Float32),
    discount Nullable(Float32),
    is_promotion UInt8,
    temperature_celsius Nullable(Float32),
    precipitation_mm Nullable(Float32),
    stock_out_hours_lag_1 Nullable(Float32),
    stock_out_hours_mean_7 Nullable(Float32),
    category LowCardinality(String),
    brand LowCardinality(String),
    category_mean_28 Nullable(Float32),
    store_mean_28 Nullable(Float32),
    age_days Nullable(UInt32)
)
engine = ReplacingMergeTree(available_at)
order by (store_id, product_id, feature_date, definition_version)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
