-- How good were forecasts day by day?
-- Grain: one row per date with forecasts. Who asks: the accuracy part of the forecast page.
-- Forecasts of the model in use, the newest of each store, product and date.
-- Columns:
--   business_date Date: the date that was predicted
--   forecasts UInt64: forecasts measured
--   predicted_units Float64: sum of what was expected
--   actual_units Decimal: sum of what was sold
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
with
    newest as
    (
        select
            store_id,
            product_id,
            prediction_date,
            argMax(accuracy.predicted_demand, accuracy.forecast_date) as predicted,
            argMax(accuracy.actual_units, accuracy.forecast_date) as actual,
            argMax(accuracy.is_within_80, accuracy.forecast_date) as within_80,
            argMax(accuracy.is_within_95, accuracy.forecast_date) as within_95
        from retail.prediction_accuracy as accuracy
        where is_champion = 1
            and prediction_date between {from_date:Date} and {to_date:Date}
            and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
            and ({product:String} = '' or product_id = {product:String})
        group by
            store_id,
            product_id,
            prediction_date
    )
select
    measured.prediction_date as business_date,
    measured.forecasts as forecasts,
    round(measured.predicted_units, 6) as predicted_units,
    measured.actual_units as actual_units,
    round(measured.absolute_error, 6) as absolute_error,
    round(measured.absolute_error / forecasts, 6) as mae,
    round(sqrt(measured.squared_error / forecasts), 6) as rmse,
    if(measured.spread > 0, round(1 - measured.squared_error / measured.spread, 6), null) as r2,
    if(measured.days_with_sales > 0, round(measured.relative_error / measured.days_with_sales, 6), null) as mape,
    if(
        measured.actual_units > 0,
        round(measured.absolute_error / toFloat64(measured.actual_units), 6),
        null
    ) as wmape,
    if(
        measured.actual_units > 0,
        round(
            (measured.predicted_units - toFloat64(measured.actual_units)) / toFloat64(measured.actual_units),
            6
        ),
        null
    ) as bias,
    round(measured.within_80 / forecasts, 6) as coverage_80,
    round(measured.within_95 / forecasts, 6) as coverage_95
from
(
    select
        prediction_date,
        count() as forecasts,
        sum(predicted) as predicted_units,
        sum(actual) as actual_units,
        sum(abs(predicted - toFloat64(actual))) as absolute_error,
        sum(pow(predicted - toFloat64(actual), 2)) as squared_error,
        varPop(toFloat64(actual)) * count() as spread,
        countIf(actual > 0) as days_with_sales,
        sumIf(abs(predicted - toFloat64(actual)) / toFloat64(actual), actual > 0) as relative_error,
        sum(newest.within_80) as within_80,
        sum(newest.within_95) as within_95
    from newest
    group by prediction_date
) as measured
order by business_date
limit {row_limit:UInt64} offset {row_offset:UInt64}
