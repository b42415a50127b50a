-- What: opens the listener, then reads standard input, so that the server lives as long as its
-- parent holds the pipe. Asked by: clickhouse.py.
system start listen http;
select count()
from file('-', 'LineAsString', 'line String')
