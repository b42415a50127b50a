-- Which columns has a table, apart from how they are stored? Grain: one row per column, in order.
select
    name,
    replaceRegexpOne(
        replaceRegexpOne(type, '^SimpleAggregateFunction\\(\\w+, (.*)\\)$', '\\1'),
        '^LowCardinality\\((.*)\\)$', '\\1'
    ) as plain_type
from system.columns
where database = 'retail_core'
    and table = {table:String}
order by
    position
format TSVRaw
