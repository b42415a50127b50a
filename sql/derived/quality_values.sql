-- What: are the values of one hour's messages, by event time, what they usually are? Into data_quality_results.
-- Grain: one row per topic and store. Run by: the job retail_data_quality.
-- nulls: the share of messages without their topic's optional field (see topic_messages), against that of the same
-- hour of the four weeks before, where it had 20 messages. ranges: receipt lines at price 0, or at a tenth or
-- ten times the mean price of the product in the store in the 28 business dates that ended two days ago, or of
-- 20 times its mean quantity and more than 10; a product without such a mean is judged by price 0 alone.
-- stale_prices: where a store is told prices at all (in the 90 days before), sold lines of products without a
-- price change in them. A share up to the limit passes, as do fewer than 5 messages; up to twice the
-- limit it is a warning.
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
with
    toDateTime({hour_s:Int64}, 'UTC') as hour,
    lines as
    (
        select
            store_id,
            product_id,
            unit_price,
            quantity
        from retail_core.events
        where event_time >= hour
            and event_time < hour + interval 1 hour
            and transaction_type = 'SALE'
    ),
    means as
    (
        select
            store_id,
            product_id,
            toFloat64(sum(gross_revenue)) / toFloat64(sum(units_sold)) as mean_price,
            toFloat64(sum(units_sold)) / sum(sales) as mean_units
        from retail_core.product_sales
        where business_date >= toDate(hour) - 29
            and business_date < toDate(hour) - 1
        group by
            store_id,
            product_id
        having sum(sales) > 0
    ),
    prices as
    (
        select
            store_id,
            groupUniqArray(product_id) as priced
        from retail_core.price_changes
        where event_time >= hour - interval 90 day
            and event_time < hour + interval 1 hour
        group by store_id
    ),
    shares as
    (
        select
            'nulls' as check_name,
            topic,
            store_id,
            countIf(lacks_optional and event_time < hour) / countIf(event_time < hour) + 0.1 as share_limit,
            countIf(event_time >= hour) as looked_at,
            countIf(lacks_optional and event_time >= hour) as failed,
            'without the optional field that they usually have' as fault
        from retail_core.topic_messages
        where event_time >= hour - interval 28 day
            and event_time < hour + interval 1 hour
            and toStartOfHour(event_time) in (
                hour,
                hour - interval 7 day,
                hour - interval 14 day,
                hour - interval 21 day,
                hour - interval 28 day
            )
        group by
            topic,
            store_id
        having countIf(event_time < hour) >= 20
        union all
        select
            'ranges',
            'retail_events',
            lines.store_id,
            0.01,
            count(),
            countIf(
                lines.unit_price = 0 and ifNull(means.mean_price, 1) > 0
                or ifNull(means.mean_price, 0) > 0
                    and (lines.unit_price >= 10 * means.mean_price or lines.unit_price <= means.mean_price / 10)
                or ifNull(means.mean_units, 0) > 0 and lines.quantity > 10 and lines.quantity >= 20 * means.mean_units
            ),
            'at prices or quantities far from the usual'
        from lines
        left join
        (
            select
                store_id,
                product_id,
                toNullable(mean_price) as mean_price,
                toNullable(mean_units) as mean_units
            from means
        ) as means
            on means.store_id = lines.store_id
            and means.product_id = lines.product_id
        group by lines.store_id
        union all
        select
            'stale_prices',
            'price-changes',
            lines.store_id,
            0.2,
            count(),
            countIf(not has(prices.priced, lines.product_id)),
            'sold of products whose price was told more than 90 days ago or never'
        from lines
        inner join prices on prices.store_id = lines.store_id
        group by lines.store_id
    )
select
    hour as checked_hour,
    check_name,
    topic,
    store_id,
    multiIf(
        failed < 5 or observed <= share_limit,
        'pass',
        observed <= 2 * share_limit,
        'warn',
        'fail'
    ) as status,
    round(failed / looked_at, 6) as observed,
    null as expected_from,
    round(share_limit, 6) as expected_to,
    looked_at as row_count,
    failed as failed_rows,
    if(status = 'pass', '', format('{} of {} {}', toString(failed), toString(looked_at), fault)) as detail,
    fromUnixTimestamp64Milli({checked_at_ms:Int64}, 'UTC') as checked_at
from shares
where looked_at > 0
-- Whatever the client sets.
settings join_use_nulls = 0
