-- Asked by: the test of answers that nobody waits for any more; says "endless" for running.sql. Never ends in time.
select sum(cityHash64(number)) as rows
from numbers(1000000000000000)
