-- Case: the same receipts through another topic. Grain: one row per accepted message.
select *
from retail.sales_transactions
order by
    log_partition,
    log_offset
