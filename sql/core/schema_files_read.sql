-- Which files were applied, with which checksum? Grain: one row per file name, its newest.
-- Asked by: the schema planner.
select
    name,
    argMax(checksum, applied_at) as newest_checksum
from retail_core.schema_files
group by
    name
order by
    name
format Native
