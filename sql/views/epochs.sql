-- How far is history closed, and what is still open?
-- Grain: one row per epoch with rows, closed or open. Asked by: operations, screens.
create or replace view retail.epochs
(
    epoch UInt32 comment 'the epoch',
    state String comment 'closed or open',
    generation UInt32 comment 'version of the batch layer that answers; 0: open',
    lake_version UInt64 comment 'version of the lake manifest that closed it; 0: open',
    events UInt64 comment 'accepted events in it',
    rejections UInt64 comment 'messages in it that were not accepted',
    closed_at Nullable(DateTime64(6, 'UTC')) comment 'when it was closed; null: open'
)
definer = {{definer}} sql security definer
as
with
    (
        select max((generation, closed_epoch))
        from retail_core.manifest
    ) as newest
select
    copies.closed_epoch as epoch,
    'closed' as state,
    max(copies.generation) as generation,
    argMax(copies.lake_version, (copies.generation, copies.inserted_at)) as lake_version,
    argMax(copies.rows_per_table['events'], (copies.generation, copies.inserted_at)) as events,
    argMax(
        copies.rows_per_table['rejections'],
        (copies.generation, copies.inserted_at)
    ) as rejections,
    toNullable(min(copies.closed_at)) as closed_at
from retail_core.manifest as copies
where copies.closed_epoch <= newest.2
group by
    copies.closed_epoch
union all
select
    epoch,
    'open' as state,
    toUInt32(0) as generation,
    toUInt64(0) as lake_version,
    sum(accepted) as events,
    sum(refused) as rejections,
    null as closed_at
from
(
    select
        epoch,
        1 as accepted,
        0 as refused
    from retail_core.events_speed
    where epoch > newest.2
    union all
    select
        epoch,
        0 as accepted,
        1 as refused
    from retail_core.rejections_speed
    where epoch > newest.2
)
group by
    epoch
