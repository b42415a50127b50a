-- Which restock alerts are open, or were over since a moment?
-- Grain: one row per alert. Who asks: the watch over stock, at its start. Units and days in thousandths,
-- probabilities in ten-thousandths, times in UTC milliseconds; 0: there is none.
select
    alert_id,
    store_id,
    product_id,
    toInt64(toUnixTimestamp64Milli(raised_at)) as raised_ms,
    toInt64(ifNull(toUnixTimestamp64Milli(recovered_at), 0)) as recovered_ms,
    toInt64(round(stock_out_probability * 10000)) as probability,
    toInt64(round(horizon_days * 1000)) as horizon,
    toInt64(ifNull(toUnixTimestamp64Milli(expected_stock_out_at), 0)) as ends_ms,
    toInt64(on_hand_units * 1000) as on_hand,
    toInt64(on_order_units * 1000) as on_order,
    toInt64(round(ifNull(units_sold_per_day, 0) * 10000)) as velocity,
    reason
from retail_core.restock_alerts
final
where state = 'open'
    or greatest(raised_at, ifNull(recovered_at, raised_at)) >= {since:DateTime('UTC')}
order by
    raised_at,
    alert_id
