-- Case: stores of two currencies and one that no store file knows. Grain: one row per store.
select *
from retail.store_performance_comparison
order by
    store_id
