-- Which products does the chain have?
-- Grain: one row per product_id of the product file or of an event. product_key is a hash of it (63 bits,
-- as readers hold it signed).
-- Asked by: every report; star schema.
-- What no product file says is empty or null, the category then that of the product's last event.
create or replace view retail.dim_product
(
    product_key UInt64 comment 'the product; a hash of product_id, below 2^63',
    product_id String comment 'the product, as tills write it',
    sku String comment 'the product_id',
    product_name String comment 'the name people use; product_id where no product file says more',
    category String comment 'from the product file, else that of its last event',
    sub_category LowCardinality(String) comment 'from the product file; empty: unknown',
    brand LowCardinality(String) comment 'from the product file; empty: unknown',
    supplier LowCardinality(String) comment 'who delivers it; empty: unknown',
    unit_cost Nullable(Decimal(14, 4)) comment 'from the product file; null: not in one',
    shelf_life_days Nullable(UInt32) comment 'days until it spoils; 0: it does not; null: not in a product file',
    pack_size Nullable(UInt32) comment 'units of one orderable pack; null: not in a product file',
    lead_time_days Nullable(UInt32) comment 'days from order to delivery; null: not in a product file',
    last_event_time Nullable(DateTime64(3, 'UTC')) comment 'when it was last sold, returned or restocked; null: never'
)
definer = {{definer}} sql security definer
as
select
    bitShiftRight(sipHash64(product_id), 1) as product_key,
    if(listed.product_id = '', sold.product_id, listed.product_id) as product_id,
    product_id as sku,
    if(listed.product_name = '', product_id, listed.product_name) as product_name,
    if(listed.category = '', sold.category, listed.category) as category,
    listed.sub_category as sub_category,
    listed.brand as brand,
    listed.supplier as supplier,
    if(listed.product_id = '', null, listed.unit_cost) as unit_cost,
    if(listed.product_id = '', null, listed.shelf_life_days) as shelf_life_days,
    if(listed.product_id = '', null, listed.pack_size) as pack_size,
    if(listed.product_id = '', null, listed.lead_time_days) as lead_time_days,
    if(sold.product_id = '', null, sold.last_event_time) as last_event_time
from
(
    -- In two steps: over the whole roll-up a maximum costs less than half of what argMax does.
    select
        product_id,
        argMax(newest.category, (newest.event_time, newest.category)) as category,
        toDateTime64(max(newest.event_time), 3, 'UTC') as last_event_time
    from
    (
        select
            deltas.product_id as product_id,
            deltas.category as category,
            max(deltas.last_event_time) as event_time
        from retail_core.product_months as deltas
        group by
            deltas.product_id,
            deltas.category
    ) as newest
    group by
        product_id
) as sold
full outer join
(
    select *
    from retail_core.products
    final
) as listed on listed.product_id = sold.product_id
-- Whatever the client sets.
settings join_use_nulls = 0
