-- Case: the newest version of each store. Grain: one row per store.
select *
from retail.dim_store
order by
    store_id
