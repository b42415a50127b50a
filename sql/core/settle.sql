-- What: ends the writes that earlier requests left running, and waits until they have ended.
-- Asked by: the verification, which must not race with an insert whose answer was lost.
kill query
where query_id like 'shelfcast-write-%'
sync
