-- What: says to the program that tables are replicated: it then changes none by itself. Asked by: the schema
-- planner. Grain: one row per installation; it is there or not.
create table if not exists retail_core.replicated
(
    cluster String
)
engine = MergeTree
order by cluster;
