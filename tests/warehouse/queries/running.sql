-- How many statements with that text are under way, this one left out? Asked by: the streaming tests.
select count()
from system.processes
where position(query, {text:String}) > 0
    and position(query, 'system.processes') = 0
