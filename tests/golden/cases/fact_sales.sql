-- Case: returns are negative, restocks are no sales. Grain: one row per sale or return.
select *
from retail.fact_sales
order by
    sale_id
