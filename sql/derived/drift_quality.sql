-- What: the drift of the model in use as a check of data quality, whose results people watch: into
-- data_quality_results.
-- Grain: one row for the check_date. Run by: the job retail_model_drift, last.
insert into retail_core.data_quality_results
(
    checked_hour,
    check_name,
    topic,
    store_id,
    status,
    observed,
    expected_from,
    expected_to,
    row_count,
    failed_rows,
    detail,
    checked_at
)
select
    toStartOfHour(fromUnixTimestamp64Milli({computed_at_ms:Int64}, 'UTC')) as checked_hour,
    'model_drift' as check_name,
    'retail_events' as topic,
    0 as store_id,
    multiIf(countIf(status = 'alert') > 0, 'fail', countIf(status = 'warn') > 0, 'warn', 'ok') as result,
    countIf(status != 'ok') as observed,
    0 as expected_from,
    0 as expected_to,
    count() as row_count,
    countIf(status = 'alert') as failed_rows,
    if(
        observed = 0,
        concat('model ', {model_version:String}, ': features and errors are as in training'),
        concat(
            'model ',
            {model_version:String},
            ': ',
            arrayStringConcat(
                arrayMap(one -> concat(one.3, ' ', toString(round(one.4, 3))),
                    arraySlice(arraySort(groupArrayIf((status != 'alert', -abs(ifNull(value, 0)), name, ifNull(value, 0)), status != 'ok')), 1, 5)),
                ', '
            ),
            ': train anew, or look at what changed'
        )
    ) as detail,
    fromUnixTimestamp64Milli({computed_at_ms:Int64}, 'UTC') as checked_at
from retail_core.model_drift
final
where check_date = {date:Date}
    and model_version = {model_version:String}
