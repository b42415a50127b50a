-- What: which times a part of a batch table holds, so that a question about the last hour skips the parts of other
-- days. The order keys begin with the store: within a part of a day or of a few, every stretch of the key holds all
-- times of a store, and without this a look at today read the whole history.
-- One entry per part, or per 1,024 granules (8 million rows) of a larger one, in which the order key is enough.
-- What is there already gets it in the background. Speed partitions are few and dropped; they go without, for the sake
-- of many small inserts.

alter table retail_core.events_batch
    add index if not exists times_of_part (event_time, business_date) type minmax granularity 1024;

alter table retail_core.events_batch
    materialize index times_of_part
settings mutations_sync = 0;

alter table retail_core.product_sales_batch
    add index if not exists times_of_part business_date type minmax granularity 1024;

alter table retail_core.product_sales_batch
    materialize index times_of_part
settings mutations_sync = 0;

alter table retail_core.hourly_sales_batch
    add index if not exists times_of_part (hour_start, business_date) type minmax granularity 1024;

alter table retail_core.hourly_sales_batch
    materialize index times_of_part
settings mutations_sync = 0;

alter table retail_core.sales_transactions_batch
    add index if not exists times_of_part (event_time, business_date) type minmax granularity 1024;

alter table retail_core.sales_transactions_batch
    materialize index times_of_part
settings mutations_sync = 0;

alter table retail_core.price_changes_batch
    add index if not exists times_of_part (event_time, business_date) type minmax granularity 1024;

alter table retail_core.price_changes_batch
    materialize index times_of_part
settings mutations_sync = 0;

alter table retail_core.customer_events_batch
    add index if not exists times_of_part (event_time, business_date) type minmax granularity 1024;

alter table retail_core.customer_events_batch
    materialize index times_of_part
settings mutations_sync = 0;

alter table retail_core.inventory_updates_batch
    add index if not exists times_of_part (event_time, business_date) type minmax granularity 1024;

alter table retail_core.inventory_updates_batch
    materialize index times_of_part
settings mutations_sync = 0;

alter table retail_core.supplier_shipments_batch
    add index if not exists times_of_part (event_time, business_date) type minmax granularity 1024;

alter table retail_core.supplier_shipments_batch
    materialize index times_of_part
settings mutations_sync = 0;
