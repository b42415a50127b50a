-- What did ordering this way earn, against a baseline policy?
-- Grain: one row per business date, currency, policy and baseline. Who asks: the business impact part of the forecast page.
-- Estimates by replay, not book values.
-- An answer that took long may be kept.
-- Columns:
--   business_date Date: the stores' calendar day
--   currency String: ISO 4217; empty: a store that no store file knows
--   policy String: the policy that ordered
--   baseline_policy String: the policy it is measured against
--   stores UInt64: stores measured
--   saving Float64: baseline cost and lost margin less the real ones
--   saving_lower Float64: sum of the lower ends of the stores' 95 % intervals
--   saving_upper Float64: sum of the upper ends
--   stock_out_hours Float64: opening hours without stock, over all products
--   baseline_stock_out_hours Float64: the same under the baseline
--   lost_revenue Float64: revenue lost for want of stock
--   baseline_lost_revenue Float64: the same under the baseline
--   waste_cost Float64: cost of what spoiled
--   baseline_waste_cost Float64: the same under the baseline
--   holding_cost Float64: cost of holding stock
--   baseline_holding_cost Float64: the same under the baseline
--   ordering_cost Float64: cost of placing and receiving orders
--   baseline_ordering_cost Float64: the same under the baseline
-- Filters: from to
select
    impact.business_date as business_date,
    cast(impact.currency as String) as currency,
    cast(impact.policy as String) as policy,
    cast(impact.baseline_policy as String) as baseline_policy,
    uniqExact(impact.store_id) as stores,
    round(sum(impact.saving), 6) as saving,
    round(sum(impact.saving_lower), 6) as saving_lower,
    round(sum(impact.saving_upper), 6) as saving_upper,
    round(sum(impact.stock_out_hours), 6) as stock_out_hours,
    round(sum(impact.baseline_stock_out_hours), 6) as baseline_stock_out_hours,
    round(sum(impact.lost_revenue), 6) as lost_revenue,
    round(sum(impact.baseline_lost_revenue), 6) as baseline_lost_revenue,
    round(sum(impact.waste_cost), 6) as waste_cost,
    round(sum(impact.baseline_waste_cost), 6) as baseline_waste_cost,
    round(sum(impact.holding_cost), 6) as holding_cost,
    round(sum(impact.baseline_holding_cost), 6) as baseline_holding_cost,
    round(sum(impact.ordering_cost), 6) as ordering_cost,
    round(sum(impact.baseline_ordering_cost), 6) as baseline_ordering_cost
from retail.business_impact_daily as impact
where impact.business_date between {from_date:Date} and {to_date:Date}
    and ({all_stores:UInt8} = 1 or impact.store_id in {stores:Array(UInt32)})
group by
    impact.business_date,
    impact.currency,
    impact.policy,
    impact.baseline_policy
order by
    business_date,
    currency,
    policy,
    baseline_policy
limit {row_limit:UInt64} offset {row_offset:UInt64}
