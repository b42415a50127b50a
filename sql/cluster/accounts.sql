-- What: the program's own account, which also owns the views, and the role of people who ask ClickHouse
-- themselves. Asked by: `schema export`.
-- Nobody can log in as either until an administrator gives the account a password and hosts.
create user if not exists {{owner}} on cluster '{{cluster}}' host none;

grant on cluster '{{cluster}}'
    all on retail.*,
    all on retail_core.*,
    all on retail_shard.*,
    select on system.*,
    select on information_schema.*,
    select on INFORMATION_SCHEMA.*
to {{owner}};

grant on cluster '{{cluster}}'
    create temporary table, kill query, remote, cluster on *.*
to {{owner}};

grant on cluster '{{cluster}}'
    table engine on *
to {{owner}};

grant on cluster '{{cluster}}'
    set definer on {{owner}}
to {{owner}};

create role if not exists retail_reader on cluster '{{cluster}}';

grant on cluster '{{cluster}}'
    select on retail.*
to retail_reader;
