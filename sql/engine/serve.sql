-- What: opens the listeners, then reads standard input, so that the engine lives exactly as long as
-- its parent holds the pipe. Native first: once HTTP answers, both do. Asked by: the engine adapter.
system start listen tcp;
system start listen http;
select count()
from file('-', 'LineAsString', 'line String')
