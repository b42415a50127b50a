-- Asked by: the streaming tests. Grain: one row per number.
select number from numbers({count:UInt64})
