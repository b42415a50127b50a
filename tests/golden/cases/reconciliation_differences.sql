-- Case: what the last close of an epoch found. Grain: one row per difference.
select *
from retail.reconciliation_differences
order by
    generation,
    epoch,
    table_name,
    key
