-- What: whether the errors of the model in use are still those of its held-back days, into model_drift: wQL and
-- wMAPE beside the held-back ones (a quarter more is worth a look, half as much again an alert), and the bias
-- (from 0.15 and 0.3 on, either way).
-- Grain: one row per measure of the model that both are known of. Run by: the job retail_model_drift, after
-- live_metrics.sql.
insert into retail_core.model_drift
(
    check_date,
    model_version,
    kind,
    name,
    value,
    baseline,
    warn_from,
    alert_from,
    status,
    row_count,
    computed_at
)
select
    {date:Date} as check_date,
    {model_version:String} as model_version,
    'error' as kind,
    measure.1 as name,
    measure.2 as value,
    measure.3 as baseline,
    measure.4 as warn_from,
    measure.5 as alert_from,
    multiIf(abs(value) >= alert_from, 'alert', abs(value) >= warn_from, 'warn', 'ok') as status,
    row_count,
    fromUnixTimestamp64Milli({computed_at_ms:Int64}, 'UTC') as computed_at
from
(
    select
        arrayJoin([
            ('wql', live.wql, held_back.wql, ifNull(held_back.wql, 0) * 1.25, ifNull(held_back.wql, 0) * 1.5),
            ('wmape', live.wmape, held_back.wmape, ifNull(held_back.wmape, 0) * 1.25, ifNull(held_back.wmape, 0) * 1.5),
            ('bias', live.bias, held_back.bias, 0.15, 0.3)
        ]) as measure,
        live.row_count as row_count
    from
    (
        select *
        from retail_core.model_metrics
        final
        where model_version = {model_version:String}
            and segment = 'live'
    ) as live
    inner join
    (
        select *
        from retail_core.model_metrics
        final
        where model_version = {model_version:String}
            and segment = ''
            and horizon_days = 0
    ) as held_back on held_back.model_version = live.model_version
)
where isNotNull(value)
    and isNotNull(baseline)
