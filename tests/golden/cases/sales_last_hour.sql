-- Case: hours that follow each other, and a lone return. Grain: one row per store and minute.
select *
from retail.sales_last_hour
order by
    store_id,
    minute
