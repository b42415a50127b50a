-- How many merges does the engine have under way?
-- Grain: one row. Who asks: the benchmark of the screens, which loads in minutes what comes in over months.
select count()
from system.merges
