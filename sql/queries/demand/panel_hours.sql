-- How many lines did the whole chain sell in each hour of the stores' clocks?
-- Grain: one row per hour with sales, over the business dates asked for. Who asks: training and prediction
-- (pipelines/panel), which correct sales for hours without stock.
select
    hours.hour_of_day as hour,
    toInt64(sum(hours.sales)) as sales
from retail_core.store_hours as hours
where hours.sales > 0
    and hours.business_date between {from:Date} and {to:Date}
group by hour
order by hour
