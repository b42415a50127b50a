-- Some hundred items that the chain sells. Grain: store and product.
-- Who asks: the benchmark of the screens, which sells them.
select
    store_id,
    product_id,
    any(category)
from retail.product_performance_summary
group by store_id, product_id
order by cityHash64(store_id, product_id)
limit 500
