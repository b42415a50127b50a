-- What: of a table whose rows may tell of any store but name none, only accounts of all stores see rows.
-- Asked by: `schema export`, for each such table.
create row policy if not exists account_stores on cluster '{{cluster}}' on {{table}}
for select
using currentUser() = '{{owner}}'
    or currentUser() in (
        select account
        from retail_core.account_stores
        where store_id = 0
    )
to all;
