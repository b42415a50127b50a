-- How many events does this shard hold for itself? Grain: one row. Asked by: scale_out.
select count()
from retail_shard.events_batch
