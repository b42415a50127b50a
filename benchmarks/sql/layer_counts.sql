-- For how many events does each layer answer? Grain: one row. Asked by: scale_out, before and after the
-- epoch is closed: they move from the one to the other.
select
    countIf(source = 'speed') as speed,
    countIf(source = 'batch') as batch
from retail.retail_events_unified
