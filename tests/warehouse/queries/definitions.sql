-- How was each table and view made, but for what only a cluster has? Grain: one row per table.
select
    database,
    name,
    replaceAll(create_table_query, 'MergeTree()', 'MergeTree')
from system.tables
where database in ('retail', 'retail_core')
    and name not in ('replicated', 'account_stores')
order by
    database,
    name
format TSVRaw
