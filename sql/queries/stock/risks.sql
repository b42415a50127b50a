-- Which stock risks are written down?
-- Grain: one row per store and product. Who asks: the watch over stock, at its start. Ten-thousandths of units
-- a day and of the probability.
select
    store_id,
    product_id,
    toInt64(round(ifNull(units_sold_per_day, 0) * 10000)) as velocity,
    toInt64(round(ifNull(stock_out_probability, 0) * 10000)) as probability
from retail_core.stock_risks
final
where isNotNull(stock_out_probability)
order by
    store_id,
    product_id
