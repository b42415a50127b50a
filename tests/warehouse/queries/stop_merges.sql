-- What: keeps parts as they were inserted.
system stop merges retail_core.events_speed
