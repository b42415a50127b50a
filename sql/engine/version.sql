-- Which engine is this library? Grain: one row. Asked by: `shelfcast doctor`.
select version() as version
into outfile '/dev/stdout' append
format Native
