-- What: purchase orders and their lines, copied from the operational store. A date or time that is not known
-- is 1970-01-01.
-- Engine: ReplacingMergeTree by version (read with final), fsync on insert. Retention: for ever.

-- Grain: one row per order_number.
create table if not exists retail_core.purchase_orders
(
    order_number String,
    store_id UInt32,
    supplier LowCardinality(String),
    review_date Date,
    state LowCardinality(String),
    expected_date Date,
    created_at DateTime64(6, 'UTC'),
    approved_at DateTime64(6, 'UTC'),
    approved_by String,
    sent_at DateTime64(6, 'UTC'),
    confirmed_at DateTime64(6, 'UTC'),
    closed_at DateTime64(6, 'UTC'),
    version UInt64
)
engine = ReplacingMergeTree(version)
order by order_number
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- Grain: one row per order_number and product_id. Units are totals so far: received as people stated it; announced,
-- arrived and short as messages of supplier-shipments with the order's number said it when the order was last
-- looked at.
create table if not exists retail_core.purchase_order_lines
(
    order_number String,
    store_id UInt32,
    product_id String,
    supplier LowCardinality(String),
    review_date Date,
    state LowCardinality(String),
    created_at DateTime64(6, 'UTC'),
    expected_date Date,
    ordered_units Decimal(18, 3),
    received_units Decimal(18, 3),
    announced_units Decimal(18, 3),
    arrived_units Decimal(18, 3),
    short_units Decimal(18, 3),
    unit_cost Nullable(Decimal(14, 4)),
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (order_number, product_id)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
