-- What: which stores an account of ClickHouse may see; store_id 0 stands for all of them. Who is not in it
-- sees none. Asked by: the row policies; filled by administrators.
-- Grain: one row per account and store. Engine: ReplacingMergeTree, one table for the whole cluster: a
-- policy is looked at on every shard. Retention: for ever.
create table if not exists retail_core.account_stores on cluster '{{cluster}}'
(
    account String,
    store_id UInt32
)
engine = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}', '{shard}-{replica}')
order by (account, store_id);
