-- Three months of daily reviews of all stock, each of which proposes a tenth of it, as the review writes them.
-- Grain: store, product and day. Who asks: the benchmark of the screens.
insert into retail_core.reorder_predictions
    (store_id, product_id, review_date, supplier, policy, order_quantity, unit_cost, min_order_units, pack_size,
     stock_out_probability, reason, generated_at)
select
    store_id,
    product_id,
    newest.business_date - day.number as review_date,
    concat('Supplier ', toString(cityHash64(product_id) % 20)),
    'order_up_to',
    if(cityHash64(store_id, product_id, day.number) % 10 = 0, 12, 0),
    1.5,
    6,
    6,
    0.4,
    'covers 3 days',
    toDateTime64(review_date, 3)
from retail.inventory_by_store
cross join numbers(90) as day
cross join (select max(business_date) as business_date from retail.daily_sales_summary) as newest
-- Day after day, so that a part of the table has the days that a review's part would have.
order by
    review_date,
    store_id,
    product_id
