-- When did the server process start? Grain: one row, UTC seconds. Asked by: the verification.
select toInt64(toUnixTimestamp(now()) - uptime()) as started_at_s
format Native
