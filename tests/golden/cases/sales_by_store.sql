-- Case: a store that no store file knows. Grain: one row per store.
select *
from retail.sales_by_store
order by
    store_id
