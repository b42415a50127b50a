-- What: the databases, and the record of applied schema files.
-- `retail_core` holds tables, which no person is granted; `retail` holds only views over them.

create database if not exists retail_core;

create database if not exists retail;

-- Grain: one row per application of a file; the newest row per name counts.
-- Engine: MergeTree, fsync on insert. Order key: name. Retention: for ever.
create table if not exists retail_core.schema_files
(
    number UInt32,
    name String,
    checksum String,
    applied_at DateTime64(3, 'UTC') default now64(3, 'UTC')
)
engine = MergeTree
order by (name, applied_at)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1;
