-- What is on order that the ledger does not count yet? The ledger counts announced shipments
-- (retail_core.stock.on_order_units); these units are what orders add to that, so that both together count each
-- unit on order once, whether the supplier announced it or not.
-- Grain: one row per order_number and product_id for which any of the three is not 0.
-- Asked by: the views of `retail`, the watch over stock, the proposals.
-- uncounted_units: open_units less what the ledger counts for the same line, below 0 where it counts too much (units
-- that a person received while no message said so). planned_units: of orders that are not sent yet; on order with nobody.
create or replace view retail_core.order_lines_open
sql security invoker
as
select
    order_number,
    store_id,
    product_id,
    state,
    expected_date,
    open_units,
    toDecimal64(open_units - (announced_units - arrived_units - short_units), 3) as uncounted_units,
    toDecimal64(if(state in ('draft', 'approved'), ordered_units, 0), 3) as planned_units
from retail_core.order_lines
where open_units != 0
    or uncounted_units != 0
    or planned_units != 0
