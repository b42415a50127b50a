-- Which stores does the stock ledger know, and how much is to be added up for each?
-- Grain: one row per store_id, in order; entries counts product days. Who asks: the live stock, at its start.
select
    store_id,
    sum(entries) as entries
from
(
    select
        store_id,
        count() as entries
    from retail_core.product_sales
    group by store_id
    union all
    select
        store_id,
        count() as entries
    from retail_core.stock_days
    group by store_id
)
group by store_id
order by store_id
