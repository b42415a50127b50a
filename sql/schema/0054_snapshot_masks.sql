-- What: in which hours of its date a snapshot found none of a product, beside how many: bit h for hour h of the
-- store's clock. Null: a snapshot of before, which is made again (queries/stock/snapshot_dates.sql).
alter table retail_core.inventory_daily
    add column if not exists stock_out_mask Nullable(UInt32);
