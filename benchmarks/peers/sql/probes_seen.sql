-- Which probes are in the product roll-up, from a product on?
-- Grain: one row per product. Who asks: latency.py. Parameters: first, end (product ids).
select product_id
from retail.product_performance_summary
where product_id >= {first:String}
  and product_id < {end:String}
group by product_id
