-- What came in, by whatever topic? The fields that all topics have, and whether a message lacks the optional one
-- that its topic is asked for most: basket of a receipt line, customer of a basket, reason of a count, promotion
-- of a price, till or door of a customer event, supplier of a shipment.
-- Grain: one row per accepted message. Asked by: the checks of data quality.
create or replace view retail_core.topic_messages
sql security invoker
as
select
    'retail_events' as topic,
    store_id,
    event_time,
    log_time,
    basket_id = '' as lacks_optional
from retail_core.events
union all
select
    'sales-transactions' as topic,
    store_id,
    event_time,
    log_time,
    customer_id = '' as lacks_optional
from retail_core.sales_transactions
union all
select
    'inventory-updates' as topic,
    store_id,
    event_time,
    log_time,
    reason = '' as lacks_optional
from retail_core.inventory_updates
union all
select
    'price-changes' as topic,
    store_id,
    event_time,
    log_time,
    promotion_id = '' as lacks_optional
from retail_core.price_changes
union all
select
    'customer-events' as topic,
    store_id,
    event_time,
    log_time,
    register_id = '' as lacks_optional
from retail_core.customer_events
union all
select
    'supplier-shipments' as topic,
    store_id,
    event_time,
    log_time,
    supplier = '' as lacks_optional
from retail_core.supplier_shipments
