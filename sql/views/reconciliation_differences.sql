-- Where did speed and batch layer differ when an epoch was closed?
-- Grain: one row per generation, epoch, table and key. Asked by: operations, auditors.
create or replace view retail.reconciliation_differences
(
    generation UInt32 comment 'version of the batch layer; a rebuild makes the next',
    epoch UInt32 comment 'the epoch that was closed',
    found_at DateTime64(6, 'UTC') comment 'when it was found',
    table_name LowCardinality(String) comment 'the table of the operator',
    key String comment 'which row, as column=value',
    speed String comment 'measures of the speed layer; empty: no such row',
    batch String comment 'measures of the batch layer, which won; empty: no such row'
)
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
