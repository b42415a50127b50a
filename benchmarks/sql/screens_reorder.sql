-- One review's proposals for a tenth of the stock that every store has, as the daily review writes them.
-- Grain: store and product. Who asks: the benchmark of the screens.
insert into retail_core.reorder_predictions
    (store_id, product_id, review_date, supplier, policy, order_quantity, unit_cost, min_order_units, pack_size,
     stock_out_probability, reason, generated_at)
select
    store_id,
    product_id,
    newest.business_date,
    concat('Supplier ', toString(cityHash64(product_id) % 20)),
    'order_up_to',
    12,
    1.5,
    6,
    6,
    0.4,
    'covers 3 days',
    now64(3)
from retail.inventory_by_store
cross join (select max(business_date) as business_date from retail.daily_sales_summary) as newest
where cityHash64(store_id, product_id) % 10 = 0
