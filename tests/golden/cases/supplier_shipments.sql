-- Case: announced, arrived in part, cut short. Grain: one row per accepted message.
select *
from retail.supplier_shipments
order by
    log_partition,
    log_offset
