-- Is the server there, and which version is it? Grain: one row. Asked by: the adapter at connect.
select version()
format Native
