-- Asked by: the error test. A table that is not there.
select count() from retail.no_such_table
