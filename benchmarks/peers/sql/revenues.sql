-- What is the revenue of each table or view, exactly: rows, days, hours, products?
-- Grain: one row. Who asks: the throughput of every peer, once it is complete.
select
    (select sum(revenue) from retail.retail_events_realtime) as rows,
    (select sum(revenue) from retail.daily_sales_summary) as days,
    (select sum(revenue) from retail.hourly_sales_summary) as hours,
    (select sum(revenue) from retail.product_performance_summary) as products
