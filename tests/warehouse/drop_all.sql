-- What: an empty server. Asked by: the warehouse tests, once per program; one statement a line.
drop database if exists retail sync
drop database if exists retail_core sync
drop database if exists retail_shard sync
