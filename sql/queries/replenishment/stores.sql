-- Which stores are there, and can what they send be trusted for a review on one date?
-- Grain: one row per store. Who asks: the review of stock. last_sale_date in days since 1970, 0: none;
-- failed_checks are those of data_quality_results whose newest hour, of the day until the date's end, failed;
-- difference_epoch is the newest closed epoch if its layers differed about the store, 0 if they did not.
with
    (
        select max((generation, closed_epoch))
        from retail_core.manifest
    ) as newest,
    differing as
    (
        select
            toUInt32OrZero(extract(key, '(?:^| )store_id=(\\d+)')) as store_id,
            max(epoch) as last_epoch
        from retail_core.reconciliation_differences
        where generation = newest.1
            and epoch = newest.2
        group by store_id
    ),
    checks as
    (
        select
            store_id,
            arraySort(groupUniqArray(check_name)) as failed
        from
        (
            select
                store_id,
                toString(check_name) as check_name,
                argMax(toString(status), (checked_hour, checked_at)) as newest_status
            from retail_core.data_quality_results
            where checked_hour >= toDateTime({date:Date}, 'UTC') - interval 1 day
                and checked_hour < toDateTime({date:Date}, 'UTC') + interval 1 day
                -- Those that say that sales or stock may be wrong; the others are about what goes with them.
                and check_name in ('missing_stores', 'volume_drift', 'schema_drift', 'late_share', 'ranges')
            group by
                store_id,
                check_name,
                topic
        )
        where newest_status = 'fail'
        group by store_id
    ),
    heard as
    (
        select
            store_id,
            max(business_date) as last_date
        from retail_core.daily_sales
        where sales > 0
            and business_date <= {date:Date}
        group by store_id
    ),
    chain as
    (
        select
            (
                select groupArrayArray(failed)
                from checks
                where store_id = 0
            ) as failed,
            (
                select max(last_epoch)
                from differing
                where store_id = 0
            ) as last_epoch
    )
select
    stores.store_id as store_id,
    stores.store_code as store_code,
    cast(stores.store_type as String) as store_type,
    if(empty(stores.time_zone), 'UTC', cast(stores.time_zone as String)) as time_zone,
    toInt64(toUInt32(heard.last_date)) as last_sale_date,
    arrayStringConcat(arrayDistinct(arrayConcat(checks.failed, chain.failed)), ', ') as failed_checks,
    toInt64(greatest(differing.last_epoch, ifNull(chain.last_epoch, 0))) as difference_epoch
from
(
    select *
    from retail_core.stores
    final
) as stores
cross join chain
left join heard on heard.store_id = stores.store_id
left join checks on checks.store_id = stores.store_id
left join differing on differing.store_id = stores.store_id
order by store_id
-- Whatever the client sets.
settings join_use_nulls = 0
