-- What moved stock? Each movement from the one topic that the ledger books it from (ledger_rules), so
-- that none counts twice. A count states units instead of moving them.
-- Grain: one row per booked message. Asked by: the views of `retail`, retail_core.stock.
create or replace view retail_core.movements
sql security invoker
as
with
    (
        select argMax((sales_from, receipts_from), version)
        from retail_core.ledger_rules
    ) as rule,
    rule.1 = 'sales-transactions' as by_basket,
    rule.2 = 'supplier-shipments' as by_shipment
select
    store_id,
    product_id,
    event_time,
    business_date,
    multiIf(transaction_type = 'SALE', 'sale', transaction_type = 'RETURN', 'return', 'receipt') as cause,
    toDecimal64(if(transaction_type = 'SALE', -quantity, quantity), 3) as units,
    basket_id as reference,
    'retail_events' as log_topic,
    log_partition,
    log_offset
from retail_core.events
where if(transaction_type = 'RESTOCK', not by_shipment, not by_basket)
union all
select
    store_id,
    product_id,
    event_time,
    business_date,
    if(transaction_type = 'SALE', 'sale', 'return') as cause,
    toDecimal64(if(transaction_type = 'SALE', -quantity, quantity), 3) as units,
    basket_id as reference,
    'sales-transactions' as log_topic,
    log_partition,
    log_offset
from retail_core.sales_transactions
where by_basket
union all
select
    store_id,
    product_id,
    event_time,
    business_date,
    'receipt' as cause,
    toDecimal64(quantity, 3) as units,
    shipment_id as reference,
    'supplier-shipments' as log_topic,
    log_partition,
    log_offset
from retail_core.supplier_shipments
where by_shipment
    and status = 'ARRIVED'
union all
select
    store_id,
    product_id,
    event_time,
    business_date,
    lower(update_type) as cause,
    toDecimal64(if(update_type = 'WASTE', -quantity, quantity), 3) as units,
    reference,
    'inventory-updates' as log_topic,
    log_partition,
    log_offset
from retail_core.inventory_updates
where update_type in ('COUNT', 'CORRECTION', 'WASTE')
