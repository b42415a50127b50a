-- Stock at the end of each of four weeks' days, as the daily snapshot writes it.
-- Grain: store, product and date. Who asks: the benchmark of the screens.
insert into retail_core.inventory_daily (business_date, store_id, product_id, on_hand_units)
select
    newest.business_date - day.number,
    store_id,
    product_id,
    cityHash64(store_id, product_id, day.number) % 40
from retail.inventory_by_store
cross join numbers(28) as day
cross join (select max(business_date) as business_date from retail.daily_sales_summary) as newest
