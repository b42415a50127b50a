#include <algorithm>
#include <array>
#include <cmath>

#include "replenishment/books/base_stock.h"
#include "replenishment/books/economic_order.h"
#include "replenishment/books/lot_sizing.h"
#include "replenishment/books/order_rounding.h"
#include "replenishment/books/safety_stock.h"
#include "replenishment/calculator/calculator.h"

namespace shelfcast::replenishment {
namespace {

// --- economic order
// -------------------------------------------------------------------------------

Result<CalculatorMembers> eoq(Inputs& inputs) {
    const double mean = inputs.positive("demand_mean_per_day");
    inputs.word("stockout_cost_basis", {"per_unit_day_backordered"}, "");
    const OrderingCosts costs{
        .per_order = inputs.positive("order_cost"),
        .daily = {.holding_per_unit = inputs.positive("holding_cost_per_unit_day"),
                  .stockout_per_unit = inputs.positive("stockout_cost_per_unit")}};
    SHELFCAST_TRY(inputs.status());
    const EconomicOrder plain = economic_order(mean, costs.per_order, costs.daily.holding_per_unit);
    const EconomicOrder backordered = economic_order_with_backorders(mean, costs);
    Outputs with_backorders;
    with_backorders.number("order_quantity_units", backordered.order_quantity_units)
        .number("backordered_share", backordered.backordered_share)
        .number("expected_cost_per_day", backordered.expected_cost_per_day);
    return Outputs()
        .number("order_quantity_units", plain.order_quantity_units)
        .number("expected_cost_per_day", plain.expected_cost_per_day)
        .members("with_backorders", std::move(with_backorders))
        .take();
}

Outputs describe(const DiscountedOrder& order) {
    Outputs outputs;
    outputs.units("order_quantity_units", order.order_quantity_units)
        .whole("price_band", static_cast<std::int64_t>(order.price_band))
        .number("expected_cost_per_day", order.expected_cost_per_day);
    return outputs;
}

Result<CalculatorMembers> eoq_quantity_discounts(Inputs& inputs) {
    DiscountProblem problem{
        .mean_per_day = inputs.positive("demand_mean_per_day"),
        .order_cost = inputs.positive("order_cost"),
        .holding_cost_rate_per_value_day = inputs.positive("holding_cost_rate_per_value_day"),
        .bands = {}};
    const std::vector<double> breakpoints = inputs.numbers("breakpoints_units");
    const std::vector<double> unit_costs = inputs.numbers("unit_costs");
    if (unit_costs.size() != breakpoints.size()) {
        inputs.refuse("unit_costs", fmt::format("has {} entries and breakpoints_units {}",
                                                unit_costs.size(), breakpoints.size()));
    }
    SHELFCAST_TRY(inputs.status());
    for (std::size_t band = 0; band < breakpoints.size(); ++band) {
        problem.bands.push_back({.from_units = breakpoints[band], .unit_cost = unit_costs[band]});
    }
    SHELFCAST_TRY(check_bands(problem.bands));
    return Outputs()
        .members("all_units", describe(best_with_all_units_discount(problem)))
        .members("incremental", describe(best_with_incremental_discount(problem)))
        .take();
}

// --- lots
// -----------------------------------------------------------------------------------------

Result<CalculatorMembers> lot_sizing(Inputs& inputs) {
    constexpr std::size_t kMostDays = 20'000;
    const std::vector<double> demand = inputs.numbers("demand_by_day_units");
    if (demand.size() > kMostDays) {
        inputs.refuse("demand_by_day_units",
                      fmt::format("has {} days; up to {} are planned", demand.size(), kMostDays));
    }
    const std::vector<double> order_costs = inputs.numbers_or_one("order_cost", demand.size());
    const std::vector<double> holding_costs =
        inputs.numbers_or_one("holding_cost_per_unit_day", demand.size());
    SHELFCAST_TRY(inputs.status());
    std::vector<LotSizingDay> days;
    days.reserve(demand.size());
    for (std::size_t day = 0; day < demand.size(); ++day) {
        days.push_back({.demand_units = demand[day],
                        .order_cost = order_costs[day],
                        .holding_cost_per_unit = holding_costs[day]});
    }
    const LotPlan plan = best_lot_plan(days);
    CalculatorList quantities;
    quantities.reserve(plan.order_quantities_units.size());
    for (const double units : plan.order_quantities_units) {
        quantities.push_back(Outputs::units_value(units));
    }
    return Outputs()
        .number("total_cost", plan.total_cost)
        .list("order_quantities_units", std::move(quantities))
        .take();
}

// --- safety stock
// ---------------------------------------------------------------------------------

ContinuousDemand lead_time_demand(Inputs& inputs) {
    const ProtectionProblem problem{
        .mean_per_day = inputs.positive("demand_mean_per_day"),
        .sd_per_day = inputs.at_least_zero("demand_sd_per_day"),
        .lead_time_days = inputs.at_least_zero("lead_time_days"),
        .lead_time_sd_days = inputs.at_least_zero("lead_time_sd_days", 0)};
    inputs.word("demand_distribution", {"normal"}, "normal");
    return {.mean = problem.mean_per_day * problem.lead_time_days,
            .sd = sd_over(problem.lead_time_days, problem)};
}

Result<CalculatorMembers> safety_stock(Inputs& inputs) {
    const ContinuousDemand demand = lead_time_demand(inputs);
    const double target = inputs.share("target_cycle_service_level");
    SHELFCAST_TRY(inputs.status());
    const SafetyStock stock = safety_stock_for_cycle_service(demand, chance(target));
    return Outputs()
        .number("sd_over_lead_time_units", demand.sd)
        .number("safety_factor", stock.safety_factor)
        .number("safety_stock_units", stock.safety_stock_units)
        .number("reorder_point_units", stock.reorder_point_units)
        .take();
}

Outputs describe(const SafetyStock& stock) {
    Outputs outputs;
    outputs.number("safety_factor", stock.safety_factor)
        .number("safety_stock_units", stock.safety_stock_units)
        .number("reorder_point_units", stock.reorder_point_units);
    return outputs;
}

Result<CalculatorMembers> fill_rate_normal_loss(Inputs& inputs) {
    const ContinuousDemand demand = lead_time_demand(inputs);
    const double quantity = inputs.positive("order_quantity_units");
    const double target = inputs.share("target_fill_rate");
    SHELFCAST_TRY(inputs.status());
    if (!(demand.sd > 0)) {
        return fail(ErrorKind::kInvalidInput,
                    "demand_sd_per_day and lead_time_sd_days leave the lead time's demand without "
                    "deviation: a safety factor is not defined");
    }
    const SafetyStock two_term = safety_stock_for_fill_rate(demand, quantity, target);
    Outputs described = describe(two_term);
    described.number("cycle_service_level", two_term.cycle_service_level);
    return Outputs()
        .number("sd_over_lead_time_units", demand.sd)
        .members("one_term",
                 describe(safety_stock_for_fill_rate_one_term(demand, quantity, target)))
        .members("two_term", std::move(described))
        .take();
}

// --- rounding
// -------------------------------------------------------------------------------------

Result<CalculatorMembers> order_rounding(Inputs& inputs) {
    const StockPosition position{
        .inventory_position_units = inputs.any_number("inventory_position_units"),
        .reorder_point_units = inputs.any_number("reorder_point_units"),
        .order_up_to_units = inputs.any_number("order_up_to_units")};
    const OrderRules rules{
        .pack_size_units = inputs.positive("pack_size_units"),
        .minimum_order_units = inputs.at_least_zero("minimum_order_units", 0),
        .maximum_order_units = inputs.optional_at_least_zero("maximum_order_units")};
    if (position.order_up_to_units < position.reorder_point_units) {
        inputs.refuse("order_up_to_units",
                      fmt::format("is {}: it must not be below reorder_point_units {}",
                                  position.order_up_to_units, position.reorder_point_units));
    }
    SHELFCAST_TRY(inputs.status());
    return Outputs().units("order_quantity_units", order_quantity(position, rules)).take();
}

}  // namespace

std::span<const CalculatorFamily> order_families() {
    static constexpr std::array kFamilies = {
        CalculatorFamily{"eoq", eoq},
        CalculatorFamily{"eoq_quantity_discounts", eoq_quantity_discounts},
        CalculatorFamily{"fill_rate_normal_loss", fill_rate_normal_loss},
        CalculatorFamily{"lot_sizing_wagner_whitin", lot_sizing},
        CalculatorFamily{"order_rounding_pack_moq", order_rounding},
        CalculatorFamily{"safety_stock_lead_time_variance", safety_stock}};
    return kFamilies;
}

}  // namespace shelfcast::replenishment
