-- What: the speed rows of the topics that move or promise stock, with one word for what happened.
-- Grain: one row per accepted message. Asked by: the repair of stock_days.
select
    epoch,
    flush_id,
    event_time,
    business_date,
    store_id,
    product_id,
    quantity,
    toString(transaction_type) as word
from retail_core.sales_transactions_speed
union all
select
    epoch,
    flush_id,
    event_time,
    business_date,
    store_id,
    product_id,
    quantity,
    toString(update_type) as word
from retail_core.inventory_updates_speed
union all
select
    epoch,
    flush_id,
    event_time,
    business_date,
    store_id,
    product_id,
    quantity,
    toString(status) as word
from retail_core.supplier_shipments_speed
