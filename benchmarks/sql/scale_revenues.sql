-- What does each view add up to, exactly, over both layers: rows, days, hours, products? Grain: one row.
-- Asked by: scale_out, which compares with what was sent.
select
    (select sum(revenue) from retail.retail_events_unified) as rows,
    (select sum(revenue) from retail.daily_sales_summary) as days,
    (select sum(revenue) from retail.hourly_sales_summary) as hours,
    (select sum(revenue) from retail.product_performance_summary) as products
