-- What: drops an epoch's rows of a speed or side table; none there is no error.
-- Asked by: retention, the repair.
alter table retail_core.{{table}} drop partition {epoch:UInt32}
