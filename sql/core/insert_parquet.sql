-- What: appends the rows of one lake file under (generation, epoch). Asked by: the batch layer.
insert into retail_core.{{table}}_batch (generation, epoch, {{columns}})
select
    {generation:UInt32},
    {epoch:UInt32},
    {{expressions}}
from input({{structure}})
format Parquet
