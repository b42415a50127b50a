-- What: how far the forecasts of each model were from what was sold since, into model_metrics as segment
-- live: the predicted days from `from` to `to` whose sales are known (as prediction_accuracy counts them), every
-- horizon together.
-- Grain: one row per model_version with such a day. Run by: the job retail_model_drift.
-- Days with hours without stock are left out: there fewer were sold than were asked for. WRMSSE is of the
-- lowest level, by the scales and weights that the forecasts were stored with; wQL is the mean over the
-- quantiles 0.025, 0.1, 0.9 and 0.975.
insert into retail_core.model_metrics
(
    model_name,
    model_version,
    training_timestamp,
    segment,
    horizon_days,
    series_count,
    row_count,
    data_from,
    data_to,
    rmse,
    mae,
    r2_score,
    mape,
    wmape,
    wrmsse,
    bias,
    wql,
    coverage_80,
    coverage_95,
    training_seconds,
    is_champion
)
with
    trading as
    (
        select
            store_id,
            max(business_date) as newest_date
        from retail_core.daily_sales
        group by store_id
    ),
    sold as
    (
        select
            store_id,
            product_id,
            business_date,
            toFloat64(sum(units_sold)) as units
        from retail_core.product_sales as days
        where days.business_date between {from:Date} and {to:Date}
        group by
            store_id,
            product_id,
            business_date
    ),
    empty_days as
    (
        select
            store_id,
            product_id,
            business_date
        from retail_core.stock_out_days
        where business_date between {from:Date} and {to:Date}
            and stock_out_mask > 0
            and (business_date, version) in
            (
                select
                    business_date,
                    max(version)
                from retail_core.stock_out_days
                group by business_date
            )
    ),
    days as
    (
        select
            forecasts.model_name as model_name,
            forecasts.model_version as model_version,
            forecasts.is_champion as is_champion,
            forecasts.store_id as store_id,
            forecasts.product_id as product_id,
            forecasts.predicted_demand as forecast,
            ifNull(sold.units, 0) as actual,
            forecast - actual as error,
            forecasts.lower_80 as lower_80,
            forecasts.upper_80 as upper_80,
            forecasts.lower_95 as lower_95,
            forecasts.upper_95 as upper_95,
            forecasts.naive_squared_error as naive_squared_error,
            forecasts.revenue_weight as revenue_weight,
            arraySum(
                (level, quantile) -> greatest(level * (actual - quantile), (level - 1) * (actual - quantile)),
                [0.025, 0.1, 0.9, 0.975],
                [lower_95, lower_80, upper_80, upper_95]
            ) as loss
        from
        (
            select *
            from retail_core.forecasts
            final
            where level = 'product_store'
                and prediction_date between {from:Date} and {to:Date}
        ) as forecasts
        inner join trading on trading.store_id = forecasts.store_id
        left join sold
            on sold.store_id = forecasts.store_id
            and sold.product_id = forecasts.product_id
            and sold.business_date = forecasts.prediction_date
        where forecasts.prediction_date < trading.newest_date
            and (forecasts.store_id, forecasts.product_id, forecasts.prediction_date) not in empty_days
    ),
    scaled as
    (
        select
            model_version,
            sum(weight * sqrt(squared_error / scale)) / nullIf(sum(weight), 0) as wrmsse
        from
        (
            select
                model_version,
                avg(error * error) as squared_error,
                avg(naive_squared_error) as scale,
                avg(revenue_weight) as weight
            from days
            group by
                model_version,
                store_id,
                product_id
            having scale > 0
        )
        group by model_version
    ),
    measured as
    (
        select
            any(model_name) as model_name,
            model_version,
            max(is_champion) as is_champion,
            uniqExact(store_id, product_id) as series_count,
            count() as row_count,
            sum(actual) as all_actual,
            sqrt(avg(error * error)) as rmse,
            avg(abs(error)) as mae,
            1 - sum(error * error) / nullIf(sum(actual * actual) - all_actual * all_actual / row_count, 0) as r2_score,
            sumIf(abs(error) / actual, actual > 0) / nullIf(countIf(actual > 0), 0) as mape,
            sum(abs(error)) / nullIf(all_actual, 0) as wmape,
            sum(error) / nullIf(all_actual, 0) as bias,
            sum(loss) / 2 / nullIf(all_actual, 0) as wql,
            avg(actual between lower_80 and upper_80) as coverage_80,
            avg(actual between lower_95 and upper_95) as coverage_95
        from days
        group by model_version
    )
select
    measured.model_name,
    measured.model_version,
    fromUnixTimestamp64Milli({computed_at_ms:Int64}, 'UTC'),
    'live' as segment,
    0 as horizon_days,
    measured.series_count,
    measured.row_count,
    {from:Date},
    {to:Date},
    measured.rmse,
    measured.mae,
    measured.r2_score,
    measured.mape,
    measured.wmape,
    scaled.wrmsse,
    measured.bias,
    measured.wql,
    measured.coverage_80,
    measured.coverage_95,
    0 as training_seconds,
    measured.is_champion
from measured
left join scaled on scaled.model_version = measured.model_version
settings join_use_nulls = 1
