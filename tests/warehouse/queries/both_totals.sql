-- Do two views agree on the number of events? Grain: one row.
select
    (select count() from retail.retail_events_unified) as events,
    (select sum(events) from retail.daily_sales_summary) as daily_events
