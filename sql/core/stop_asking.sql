-- What: ends the questions of one process that nobody waits for any more. Asked by: the end of the program, so
-- that the engine can end in order.
kill query
where startsWith(query_id, {asker:String})
async
