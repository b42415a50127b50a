-- What: features that came with version 3 of data/features/definitions.csv: local events, weather of past
-- days, what stores are like, and what stands for the history of a product that is new in a store.
-- Rows of before have null, 0 and the empty text there; they are of an older definition_version.

alter table retail_core.features
    add column if not exists is_local_event UInt8,
    add column if not exists days_to_local_event Nullable(Int16),
    add column if not exists temperature_celsius_lag_1 Nullable(Float32),
    add column if not exists temperature_celsius_mean_7 Nullable(Float32),
    add column if not exists precipitation_mm_lag_1 Nullable(Float32),
    add column if not exists precipitation_mm_mean_7 Nullable(Float32),
    add column if not exists region LowCardinality(String),
    add column if not exists store_type LowCardinality(String),
    add column if not exists store_weekday_share Nullable(Float32),
    add column if not exists store_relative_size_28 Nullable(Float32),
    add column if not exists store_age_days Nullable(UInt32),
    add column if not exists product_elsewhere_mean_28 Nullable(Float32),
    add column if not exists brand_category_others_mean_28 Nullable(Float32),
    add column if not exists category_others_mean_28 Nullable(Float32),
    add column if not exists product_store_count_28 Nullable(UInt32);
