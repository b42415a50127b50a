-- What: lets parts be merged again.
system start merges retail_core.events_speed
