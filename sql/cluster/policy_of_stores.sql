-- What: of a table with stores, an account sees the rows of its own. The views run as their owner, and one
-- shard asks another as whoever its configuration names: currentUser() is who logged in, on all of them.
-- Asked by: `schema export`, for each such table.
create row policy if not exists account_stores on cluster '{{cluster}}' on {{table}}
for select
using currentUser() = '{{owner}}'
    or currentUser() in (
        select account
        from retail_core.account_stores
        where store_id = 0
    )
    or (currentUser(), store_id) in (
        select
            account,
            store_id
        from retail_core.account_stores
    )
to all;
