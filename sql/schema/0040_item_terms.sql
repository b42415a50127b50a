-- What: on which terms items are supplied and kept, copied from the operational store; null: the row
-- does not say. supplier is whose items a row is about, delivered_by who delivers one product.
-- Grain: one row per store_id, product_id and supplier (read with final); store 0 and empty texts stand
-- for every one. Deduplication: the greatest version per key holds.
-- Engine: ReplacingMergeTree, fsync on insert. Order key: the grain. Retention: for ever.

create table if not exists retail_core.item_terms
(
    store_id UInt32,
    product_id String,
    supplier String,
    delivered_by String,
    lead_time_days Nullable(Decimal(18, 4)),
    lead_time_std_dev_days Nullable(Decimal(18, 4)),
    review_period_days Nullable(Decimal(18, 4)),
    min_order_units Nullable(Decimal(18, 4)),
    pack_size Nullable(Decimal(18, 4)),
    supplier_minimum_value Nullable(Decimal(18, 4)),
    capacity_units Nullable(Decimal(18, 4)),
    shelf_life_days Nullable(Decimal(18, 4)),
    unit_cost Nullable(Decimal(18, 4)),
    holding_cost_percent Nullable(Decimal(18, 4)),
    order_cost Nullable(Decimal(18, 4)),
    service_level Nullable(Decimal(18, 4)),
    fill_rate Nullable(Decimal(18, 4)),
    cost_ratio Nullable(Decimal(18, 4)),
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (store_id, product_id, supplier)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
