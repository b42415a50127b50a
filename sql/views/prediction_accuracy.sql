-- How far were forecasts from what was sold?
-- Grain: one row per store_id, product_id, prediction_date, forecast_date and model_version of forecasts for
-- a product in a store. Asked by: analysts, the forecasts screen.
-- A day counts once the store has events of a later business date; late events still correct it. Actual is
-- units sold, 0 on a day without; returns are of earlier days' sales and not taken off, for what is asked for
-- is what is forecast. Errors are forecast less actual; the relative one is null where nothing was sold. Over
-- rows: RMSE is sqrt(avg(error * error)), wMAPE sum(absolute_error) / sum(actual_units), wQL
-- sum(quantile_loss) / sum(actual_units), WRMSSE by scaled_squared_error and revenue_weight;
-- model_metrics has them as segment live.
create or replace view retail.prediction_accuracy
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    product_id String comment 'the product, as tills write it',
    prediction_date Date comment 'the business date that is predicted',
    forecast_date Date comment 'the last business date that the forecast knew',
    horizon_days Int64 comment 'days from forecast_date to prediction_date',
    model_name LowCardinality(String) comment 'kind of model',
    model_version LowCardinality(String) comment 'the trained model; model_metrics.model_version',
    is_champion UInt8 comment '1: the model was in use',
    predicted_demand Float64 comment 'expected units of demand',
    actual_units Decimal(38, 3) comment 'units sold; 0 on a day without',
    error Float64 comment 'predicted_demand less actual_units',
    absolute_error Float64 comment 'size of error',
    relative_error Nullable(Float64) comment 'error / actual_units; null where nothing was sold',
    is_within_80 UInt8 comment '1: actual_units is inside the 80 % interval',
    is_within_95 UInt8 comment '1: actual_units is inside the 95 % interval',
    quantile_loss Float64 comment 'twice the quantile loss, mean over the quantiles 0.025, 0.1, 0.9 and 0.975',
    scaled_squared_error Nullable(Float64) comment 'error squared / that of expecting each day what the day before sold; null: not known',
    revenue_weight Nullable(Float64) comment 'units x price of the 28 days before the forecast; null: not known',
    stock_out_hours UInt8 comment 'open hours without stock: fewer units were sold than asked for'
)
definer = {{definer}} sql security definer
as
select
    forecasts.store_id as store_id,
    forecasts.product_id as product_id,
    forecasts.prediction_date as prediction_date,
    forecasts.forecast_date as forecast_date,
    dateDiff('day', forecasts.forecast_date, forecasts.prediction_date) as horizon_days,
    forecasts.model_name as model_name,
    forecasts.model_version as model_version,
    forecasts.is_champion as is_champion,
    forecasts.predicted_demand as predicted_demand,
    ifNull(actual.units, 0) as actual_units,
    round(predicted_demand - toFloat64(actual_units), 6) as error,
    abs(error) as absolute_error,
    if(actual_units = 0, null, round(error / abs(toFloat64(actual_units)), 6)) as relative_error,
    toUInt8(
        toFloat64(actual_units) >= forecasts.lower_80
            and toFloat64(actual_units) <= forecasts.upper_80
    ) as is_within_80,
    toUInt8(
        toFloat64(actual_units) >= forecasts.lower_95
            and toFloat64(actual_units) <= forecasts.upper_95
    ) as is_within_95,
    round(
        arraySum(
            (level, quantile) -> greatest(
                level * (toFloat64(actual_units) - quantile),
                (level - 1) * (toFloat64(actual_units) - quantile)
            ),
            [0.025, 0.1, 0.9, 0.975],
            [forecasts.lower_95, forecasts.lower_80, forecasts.upper_80, forecasts.upper_95]
        ) / 2,
        6
    ) as quantile_loss,
    round(error * error / nullIf(forecasts.naive_squared_error, 0), 6) as scaled_squared_error,
    forecasts.revenue_weight as revenue_weight,
    toUInt8(bitCount(empty_hours.stock_out_mask)) as stock_out_hours
from
(
    select *
    from retail_core.forecasts
    final
    where level = 'product_store'
) as forecasts
inner join
(
    select
        deltas.store_id as store_id,
        max(deltas.business_date) as newest_date
    from retail_core.daily_sales as deltas
    group by
        deltas.store_id
) as trading on trading.store_id = forecasts.store_id
left join
(
    select
        deltas.store_id as store_id,
        deltas.product_id as product_id,
        deltas.business_date as business_date,
        toNullable(sum(deltas.units_sold)) as units
    from retail_core.product_sales as deltas
    -- Only days that were forecast. (A set of all that was forecast, by product and store, takes longer to make than
    -- the rows that it saves.)
    where deltas.business_date in
        (
            select prediction_date
            from retail_core.forecasts
            where level = 'product_store'
        )
    group by
        deltas.store_id,
        deltas.product_id,
        deltas.business_date
) as actual
    on actual.store_id = forecasts.store_id
    and actual.product_id = forecasts.product_id
    and actual.business_date = forecasts.prediction_date
left join
(
    select
        store_id,
        product_id,
        business_date,
        stock_out_mask
    from retail_core.stock_out_days
    where (business_date, version) in
        (
            select
                business_date,
                max(version)
            from retail_core.stock_out_days
            group by business_date
        )
) as empty_hours
    on empty_hours.store_id = forecasts.store_id
    and empty_hours.product_id = forecasts.product_id
    and empty_hours.business_date = forecasts.prediction_date
where forecasts.prediction_date < trading.newest_date
-- Whatever the client sets.
settings join_use_nulls = 0
