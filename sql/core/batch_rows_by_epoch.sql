-- How many events does each epoch of a generation have in the batch table (rows of a row table, the
-- summed count of a roll-up)? Grain: one row per epoch. Asked by: the verification.
select
    epoch,
    {{event_count}} as row_count
from retail_core.{{table}}_batch
where generation = {generation:UInt32}
group by
    epoch
order by
    epoch
format Native
