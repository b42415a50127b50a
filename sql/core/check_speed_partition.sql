-- Is every stored byte of an epoch's speed rows as it was written? Grain: one row.
-- Asked by: the verification, which drops and inserts again what is not. The statement takes no bound
-- value here.
check table retail_core.{{table}}_speed
partition {{epoch}}
settings
    check_query_single_value_result = 1
