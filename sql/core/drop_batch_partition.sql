-- What: drops the rows of (generation, epoch); none there is no error. Asked by: the batch layer.
alter table retail_core.{{table}} drop partition ({generation:UInt32}, {epoch:UInt32})
