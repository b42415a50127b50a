-- On which days of a stretch is it a public holiday where each store is?
-- Grain: one row per store_id and holiday_date. Who asks: training and prediction (pipelines/panel); days to
-- come are known.
select distinct
    store_id,
    holiday_date
from retail_core.store_holidays
where holiday_date between {from:Date} and {to:Date}
order by
    store_id,
    holiday_date
