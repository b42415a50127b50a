-- What: every table without rows. Asked by: the warehouse tests, before each; one statement a line.
truncate table retail_core.events_speed
truncate table retail_core.events_batch
truncate table retail_core.rejections_speed
truncate table retail_core.rejections_batch
truncate table retail_core.daily_sales_speed
truncate table retail_core.daily_sales_batch
truncate table retail_core.hourly_sales_speed
truncate table retail_core.hourly_sales_batch
truncate table retail_core.product_sales_speed
truncate table retail_core.product_sales_batch
truncate table retail_core.manifest
truncate table retail_core.stores
truncate table retail_core.reconciliation_differences
