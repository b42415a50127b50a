-- How good were forecasts day by day?
-- Grain: one row per date with forecasts. Who asks: the accuracy part of the forecast page.
-- Forecasts of the model in use, the newest of each store, product and date.
-- An answer that took long may be kept.
-- Columns:
--   business_date Date: the date that was predicted
--   forecasts UInt64: forecasts measured
--   forecasts_with_sales UInt64: of them, of what was sold at all
--   predicted_units Float64: sum of what was expected
--   actual_units Decimal: sum of what was sold
--   actual_variance Float64: population variance of what was sold, units squared
--   absolute_error Float64: sum of the sizes of the errors, units
--   mae Float64: mean absolute error, units
--   rmse Float64: root mean squared error, units
--   r2 Float64?: share of variance explained; null: all days sold alike
--   mape Float64?: mean absolute relative error over days with sales; null: there is none
--   wmape Float64?: sum of absolute errors / sum of actuals; null: nothing was sold
--   bias Float64?: sum of errors / sum of actuals, above 0: too high; null: nothing was sold
--   coverage_80 Float64: share of actuals inside the 80 % interval
--   coverage_95 Float64: share of actuals inside the 95 % interval
-- Filters: from to product
with varPop(toFloat64(newest.actual_units)) as spread
select
    newest.prediction_date as business_date,
    count() as forecasts,
    countIf(newest.actual_units > 0) as forecasts_with_sales,
    round(sum(newest.predicted_demand), 6) as predicted_units,
    sum(newest.actual_units) as actual_units,
    round(spread, 6) as actual_variance,
    round(sum(newest.absolute_error), 6) as absolute_error,
    round(avg(newest.absolute_error), 6) as mae,
    round(sqrt(avg(pow(newest.error, 2))), 6) as rmse,
    if(spread > 0, round(1 - avg(pow(newest.error, 2)) / spread, 6), null) as r2,
    round(avg(abs(newest.relative_error)), 6) as mape,
    if(actual_units > 0, round(sum(newest.absolute_error) / toFloat64(actual_units), 6), null) as wmape,
    if(actual_units > 0, round(sum(newest.error) / toFloat64(actual_units), 6), null) as bias,
    round(avg(newest.is_within_80), 6) as coverage_80,
    round(avg(newest.is_within_95), 6) as coverage_95
from
(
    select *
    from retail.prediction_accuracy
    where is_champion = 1
        and prediction_date between {from_date:Date} and {to_date:Date}
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        and ({product:String} = '' or product_id = {product:String})
    order by forecast_date desc
    limit 1 by
        store_id,
        product_id,
        prediction_date
) as newest
group by business_date
order by business_date
limit {row_limit:UInt64} offset {row_offset:UInt64}
