-- Case: open and closed epochs; the time of closing is now and left out. Grain: one row per epoch.
select
    * except (closed_at),
    isNull(closed_at) as is_open
from retail.epochs
order by
    epoch
