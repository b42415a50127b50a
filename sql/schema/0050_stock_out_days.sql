-- What: in which hours of each business date a store had none of a product, by the stock ledger.
-- Grain: one row per business_date, store_id and product_id with such an hour, and one of store 0 that says
-- the date is made. All rows of a date have one version; those of its greatest version hold, and replace
-- the date's others.
-- stock_out_mask: bit h is set for an hour h of the store's clock in which the store sold something and at
-- whose end the ledger stood at 0 or below.
-- Engine: ReplacingMergeTree by version. Order key: the grain. Retention: for ever.

create table if not exists retail_core.stock_out_days
(
    business_date Date,
    store_id UInt32,
    product_id String,
    stock_out_mask UInt32,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (business_date, store_id, product_id)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
