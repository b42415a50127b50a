-- Where did speed and batch layer differ when an epoch was closed?
-- Grain: one row per generation, epoch, table and key. Asked by: operations, auditors.
create or replace view retail.reconciliation_differences
definer = {{definer}} sql security definer
as
select
    generation,
    epoch,
    found_at,
    table_name,
    key,
    speed,
    batch
from retail_core.reconciliation_differences
