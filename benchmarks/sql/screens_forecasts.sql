-- Forecasts of two weeks for every store and product that has stock, as the daily prediction writes them.
-- Grain: store, product and date. Who asks: the benchmark of the screens.
insert into retail_core.forecasts
    (level, store_id, product_id, prediction_date, forecast_date, model_name, model_version, is_champion,
     predicted_demand, median_demand, lower_80, upper_80, lower_95, upper_95, quantile_levels, quantiles, generated_at)
select
    'product_store',
    store_id,
    product_id,
    newest.business_date + day.number - 6,
    newest.business_date - 7,
    'lightgbm',
    'benchmark',
    1,
    4 + cityHash64(store_id, product_id, day.number) % 5,
    4,
    1,
    8,
    0,
    12,
    [0.1, 0.5, 0.9],
    [1, 4, 8],
    now64(3)
from retail.inventory_by_store
cross join numbers(14) as day
cross join (select max(business_date) as business_date from retail.daily_sales_summary) as newest
