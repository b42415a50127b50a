-- Which rows of `supplier_shipments` count now? Batch rows up to the last closed epoch, speed rows
-- past it: the manifest is read once per query, so one inserted row switches all views together.
-- Grain: one row per accepted message. Asked by: the views of `retail`.
create or replace view retail_core.supplier_shipments
sql security invoker
as
with
    (
        select max((generation, closed_epoch))
        from retail_core.manifest
    ) as newest
select
    'batch' as layer,
    epoch,
    log_partition,
    log_offset,
    log_time,
    event_time,
    business_date,
    store_id,
    product_id,
    shipment_id,
    status,
    quantity,
    event_id,
    supplier,
    unit_cost,
    expected_at
from retail_core.supplier_shipments_batch
where generation = newest.1
    and epoch <= newest.2
union all
select
    'speed' as layer,
    epoch,
    log_partition,
    log_offset,
    log_time,
    event_time,
    business_date,
    store_id,
    product_id,
    shipment_id,
    status,
    quantity,
    event_id,
    supplier,
    unit_cost,
    expected_at
from retail_core.supplier_shipments_speed
where epoch > newest.2
