-- Case: two reviews of one store a day apart, one of another, none of a third. Grain: one row per store.
select *
from retail.newest_reviews
order by store_id
