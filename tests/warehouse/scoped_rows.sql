-- What: the shape of a table on shards, for the test of the row policies: rows of each shard, all of them,
-- and a view over them that runs as its owner. Asked by: shards_test, on each shard.
drop database if exists scope_test sync;

create database scope_test;

create table scope_test.account_stores
(
    account String,
    store_id UInt32
)
engine = MergeTree
order by (account, store_id);

create table scope_test.own_rows
(
    store_id UInt32
)
engine = MergeTree
order by store_id;

create table scope_test.all_rows as scope_test.own_rows
engine = Distributed('shelfcast', 'scope_test', 'own_rows');

create view scope_test.seen_rows
definer = shelfcast sql security definer
as
select store_id
from scope_test.all_rows;
