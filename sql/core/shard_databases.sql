-- What: the databases before their tables: the rows that a shard has for itself are in retail_shard.
-- Asked by: the schema planner.
create database if not exists retail_shard;
create database if not exists retail_core;
