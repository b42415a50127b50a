-- What: how far the forecasts of each model were from what was sold since, into model_metrics as segment
-- live: the predicted days from `from` to `to` whose sales are known (as prediction_accuracy counts them), every
-- horizon together.
-- Grain: one row per model_version with such a day. Run by: the job retail_model_drift.
-- Days with hours without stock are left out: there fewer were sold than were asked for. Errors, losses and
-- scales are prediction_accuracy's; WRMSSE is of the lowest level.
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
    days as
    (
        select
            *,
            toFloat64(actual_units) as actual
        from retail.prediction_accuracy
        where prediction_date between {from:Date} and {to:Date}
            and stock_out_hours = 0
    ),
    scaled as
    (
        select
            model_version,
            sum(weight * sqrt(squared_error)) / nullIf(sum(weight), 0) as wrmsse
        from
        (
            select
                model_version,
                avg(scaled_squared_error) as squared_error,
                avg(revenue_weight) as weight
            from days
            where isNotNull(scaled_squared_error)
            group by
                model_version,
                store_id,
                product_id
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
            avg(absolute_error) as mae,
            1 - sum(error * error) / nullIf(sum(actual * actual) - all_actual * all_actual / row_count, 0) as r2_score,
            avg(abs(relative_error)) as mape,
            sum(absolute_error) / nullIf(all_actual, 0) as wmape,
            sum(error) / nullIf(all_actual, 0) as bias,
            sum(quantile_loss) / nullIf(all_actual, 0) as wql,
            avg(is_within_80) as coverage_80,
            avg(is_within_95) as coverage_95
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
