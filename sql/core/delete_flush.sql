-- What: removes the rows of one flush. Asked by: the verification after an unclean end.
alter table retail_core.{{table}}_speed
delete in partition {epoch:UInt32}
where epoch = {epoch:UInt32}
    and flush_id = {flush_id:UInt64}
