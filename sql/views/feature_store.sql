-- What could a forecaster know of a product in a store before a day began?
-- Grain: one row per store_id, product_id, feature_date and definition_version. Asked by: training, other
-- engines, analysts.
-- Point-in-time correct: nothing in a row was learnt after available_at. Lags and means are of units sold a
-- day, returns not taken off; null where the history is too short.
create or replace view retail.feature_store
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    feature_date Date comment 'the business date that the features are for',
    definition_version UInt32 comment 'version of the feature definitions',
    available_at DateTime64(3, 'UTC') comment 'nothing in the row was learnt later',
    units_lag_1 Nullable(Float32) comment 'units sold 1 day before',
    units_lag_7 Nullable(Float32) comment 'units sold 7 days before',
    units_lag_14 Nullable(Float32) comment 'units sold 14 days before',
    units_lag_28 Nullable(Float32) comment 'units sold 28 days before',
    units_lag_30 Nullable(Float32) comment 'units sold 30 days before',
    units_lag_90 Nullable(Float32) comment 'units sold 90 days before',
    units_mean_7 Nullable(Float32) comment 'mean units sold a day, 7 days before',
    units_mean_14 Nullable(Float32) comment 'mean units sold a day, 14 days before',
    units_mean_28 Nullable(Float32) comment 'mean units sold a day, 28 days before',
    units_mean_30 Nullable(Float32) comment 'mean units sold a day, 30 days before',
    units_mean_90 Nullable(Float32) comment 'mean units sold a day, 90 days before',
    units_std_dev_7 Nullable(Float32) comment 'standard deviation of units sold a day, 7 days before',
    units_std_dev_14 Nullable(Float32) comment 'standard deviation of units sold a day, 14 days before',
    units_std_dev_28 Nullable(Float32) comment 'standard deviation of units sold a day, 28 days before',
    units_std_dev_30 Nullable(Float32) comment 'standard deviation of units sold a day, 30 days before',
    units_std_dev_90 Nullable(Float32) comment 'standard deviation of units sold a day, 90 days before',
    same_weekday_mean_4 Nullable(Float32) comment 'mean units sold of the same weekday, last 4 weeks',
    same_weekday_mean_8 Nullable(Float32) comment 'mean units sold of the same weekday, last 8 weeks',
    day_of_week UInt8 comment '1 is Monday, 7 is Sunday',
    day_of_month UInt8 comment '1 to 31',
    week_of_year UInt8 comment 'ISO 8601 week',
    month UInt8 comment '1 to 12',
    season LowCardinality(String) comment 'winter, spring, summer or autumn where the store is',
    is_weekend UInt8 comment '1: Saturday or Sunday',
    is_holiday UInt8 comment '1: public holiday where the store is',
    days_to_holiday Nullable(Int16) comment 'days to the next public holiday',
    days_since_holiday Nullable(Int16) comment 'days since the last public holiday',
    local_event LowCardinality(String) comment 'event that the user supplied for the store and day; empty: none',
    price Nullable(Float32) comment 'price in force',
    relative_price Nullable(Float32) comment 'price / mean price of the category in the store',
    discount Nullable(Float32) comment 'share of the price taken off',
    is_promotion UInt8 comment '1: on promotion',
    temperature_celsius Nullable(Float32) comment 'mean of the day, where given before the day was over',
    precipitation_mm Nullable(Float32) comment 'of the day, where given before the day was over',
    stock_out_hours_lag_1 Nullable(Float32) comment 'opening hours without stock, the day before',
    stock_out_hours_mean_7 Nullable(Float32) comment 'opening hours without stock, mean of 7 days',
    category LowCardinality(String) comment 'the category',
    brand LowCardinality(String) comment 'the brand',
    category_mean_28 Nullable(Float32) comment 'mean units sold a day of the category in the store, 28 days',
    store_mean_28 Nullable(Float32) comment 'mean units sold a day of the store, 28 days',
    age_days Nullable(UInt32) comment 'days since the product was first sold in the store',
    is_local_event UInt8 comment '1: a day with an event that the user supplied',
    days_to_local_event Nullable(Int16) comment 'days to the next event that the user supplied',
    temperature_celsius_lag_1 Nullable(Float32) comment 'mean of the day before',
    temperature_celsius_mean_7 Nullable(Float32) comment 'mean of the known ones of 7 days before',
    precipitation_mm_lag_1 Nullable(Float32) comment 'of the day before',
    precipitation_mm_mean_7 Nullable(Float32) comment 'mean a day of the known ones of 7 days before',
    region LowCardinality(String) comment 'the region of the store',
    store_type LowCardinality(String) comment 'the type of the store',
    store_weekday_share Nullable(Float32) comment 'share of the weekday in the units of the store, 56 days',
    store_relative_size_28 Nullable(Float32) comment 'units sold a day of the store / mean of all stores, 28 days',
    store_age_days Nullable(UInt32) comment 'days since the first sale of what the store still sells',
    product_elsewhere_mean_28 Nullable(Float32) comment 'mean units sold a day of the product in another store',
    brand_category_others_mean_28 Nullable(Float32) comment 'mean units sold a day of another product of the brand and category in the store, 28 days',
    category_others_mean_28 Nullable(Float32) comment 'mean units sold a day of another product of the category in the store, 28 days',
    product_store_count_28 Nullable(UInt32) comment 'stores that sold the product, 28 days'
)
definer = {{definer}} sql security definer
as
select *
from retail_core.features
final
