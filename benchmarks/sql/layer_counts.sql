-- How many events does each layer answer for? Grain: one row. Asked by: scale_out, before and after the
-- epoch is closed: they move from the one to the other.
select
    (select count() from retail.retail_events_realtime) as speed,
    (select count() from retail.retail_events_historical) as batch
