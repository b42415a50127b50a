-- What: appends one block of rows. Asked by: the speed and batch layers.
insert into retail_core.{{table}} ({{columns}}) format Native
