-- Which review of each store is its newest?
-- Grain: one row per store that was reviewed in the week up to the chain's newest review: who was not is not proposed
-- anything now, and what was proposed in the years before is not read. Asked by: the screens, of proposals.
create or replace view retail.newest_reviews
(
    store_id UInt32 comment 'the store; dim_store.store_id',
    review_date Date comment 'the day of the decision; reorder_predictions.review_date'
)
definer = {{definer}} sql security definer
as
select
    written.store_id as store_id,
    max(written.review_date) as review_date
from retail_core.reorder_predictions as written
where written.review_date > (select max(review_date) from retail_core.reorder_predictions) - 7
group by written.store_id
