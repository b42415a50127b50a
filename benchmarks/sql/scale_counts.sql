-- How many events does each view hold, over both layers: rows, days, hours, products? Grain: one row.
-- Asked by: scale_out, until all have every event.
select
    (select count() from retail.retail_events_unified) as rows,
    (select sum(events) from retail.daily_sales_summary) as days,
    (select sum(events) from retail.hourly_sales_summary) as hours,
    (select sum(events) from retail.product_performance_summary) as products
