-- How many events does each table or view hold: rows, days, hours, products?
-- Grain: one row. Who asks: the throughput of every peer, until all four are complete.
select
    (select count() from retail.retail_events_realtime) as rows,
    (select sum(events) from retail.daily_sales_summary) as days,
    (select sum(events) from retail.hourly_sales_summary) as hours,
    (select sum(events) from retail.product_performance_summary) as products
