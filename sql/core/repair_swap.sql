-- What: puts the recomputed partition in place, in one step. Asked by: the repair.
alter table retail_core.{{table}}_speed
replace partition {epoch:UInt32} from retail_core.{{table}}_repair
