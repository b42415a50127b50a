-- What: appends one block of rows. Asked by: the speed and batch layers, copies of reference data.
insert into retail_core.{{table}} ({{columns}}) format Native
