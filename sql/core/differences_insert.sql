-- What: the findings of one reconciliation. Asked by: the batch layer.
insert into retail_core.reconciliation_differences
(
    generation,
    epoch,
    found_at,
    table_name,
    key,
    speed,
    batch
)
format Native
