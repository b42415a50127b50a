-- Which business dates with sales are over in every store?
-- Grain: one row; 1970-01-01 where there is none. last_over: the last date that is over everywhere, sales or
-- not. Who asks: training and prediction (pipelines/panel).
with
    (
        select min(toDate(formatDateTime(
            materialize(fromUnixTimestamp({now_s:Int64})), '%F', if(empty(time_zone), 'UTC', toString(time_zone))
        ))) - 1
        from retail_core.stores
        final
    ) as over_everywhere
select
    toDate(ifNull(over_everywhere, toDate(0))) as last_over,
    min(business_date) as first_date,
    max(business_date) as last_date
from retail_core.daily_sales
where sales > 0
    and business_date <= last_over
