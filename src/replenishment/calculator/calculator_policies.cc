#include <algorithm>
#include <array>
#include <cmath>

#include "replenishment/books/base_stock.h"
#include "replenishment/books/newsvendor.h"
#include "replenishment/books/reorder_quantity.h"
#include "replenishment/books/reorder_up_to.h"
#include "replenishment/books/serial_echelons.h"
#include "replenishment/calculator/calculator.h"

namespace shelfcast::replenishment {
namespace {

// --- inputs that several families share
// -----------------------------------------------------------

DailyStockCosts daily_costs(Inputs& inputs) {
    return {.holding_per_unit = inputs.positive("holding_cost_per_unit_day"),
            .stockout_per_unit = inputs.positive("stockout_cost_per_unit")};
}

/// Of policies under which unmet demand waits: a stock-out is charged for each day it lasts.
DailyStockCosts backorder_costs(Inputs& inputs) {
    inputs.word("stockout_cost_basis", {"per_unit_day_backordered"}, "");
    return daily_costs(inputs);
}

OrderingCosts ordering_costs(Inputs& inputs) {
    return {.per_order = inputs.positive("order_cost"), .daily = backorder_costs(inputs)};
}

/// Demand in whole units: Poisson, or negative binomial with its deviation.
UnitDemandRate unit_rate(Inputs& inputs) {
    const double mean = inputs.positive("demand_mean_per_day");
    const std::string shape =
        inputs.word("demand_distribution", {"poisson", "negative_binomial"}, "poisson");
    if (shape == "poisson") {
        return {.mean_per_day = mean, .variance_per_day = mean};
    }
    const double sd = inputs.positive("demand_sd_per_day");
    if (sd * sd <= mean) {
        inputs.refuse("demand_sd_per_day",
                      fmt::format("is {}: of a negative binomial it must be above the square root "
                                  "of the mean {}",
                                  sd, mean));
    }
    return {.mean_per_day = mean, .variance_per_day = sd * sd};
}

void review_each_day(Inputs& inputs) {
    const std::int64_t days = inputs.whole_from_one("review_period_days", 1);
    if (days != 1) {
        inputs.refuse("review_period_days",
                      fmt::format("is {}: this family reviews every day", days));
    }
}

// --- newsvendor
// -----------------------------------------------------------------------------------

Outputs describe_continuous(const NewsvendorLevel& level) {
    Outputs outputs;
    outputs.number("order_up_to_units", level.order_up_to_units)
        .number("critical_ratio", level.critical_ratio)
        .number("safety_stock_units", level.safety_stock_units)
        .number("expected_cost_per_day", level.expected_cost_per_day)
        .number("expected_units_short", level.expected_units_short)
        .number("expected_fill_rate", level.expected_fill_rate);
    return outputs;
}

Outputs describe_discrete(const NewsvendorLevel& level) {
    Outputs outputs;
    outputs.units("order_up_to_units", level.order_up_to_units)
        .number("critical_ratio", level.critical_ratio)
        .number("cycle_service_level", level.cycle_service_level)
        .number("expected_cost_per_day", level.expected_cost_per_day)
        .number("expected_fill_rate", level.expected_fill_rate);
    return outputs;
}

/// For one selling day every basis is the same sum.
void any_stockout_basis(Inputs& inputs) {
    inputs.word("stockout_cost_basis",
                {"per_unit_short", "per_unit_day_backordered", "per_unit_lost"}, "");
}

DemandShape shape_named(std::string_view name) {
    return name == "gamma"       ? DemandShape::kGamma
           : name == "lognormal" ? DemandShape::kLognormal
           : name == "uniform"   ? DemandShape::kUniform
                                 : DemandShape::kNormal;
}

Result<CalculatorMembers> newsvendor_normal(Inputs& inputs) {
    const ContinuousDemand demand{
        .shape = shape_named(inputs.word("demand_distribution",
                                         {"normal", "gamma", "lognormal", "uniform"}, "normal")),
        .mean = inputs.positive("demand_mean_per_day"),
        .sd = inputs.at_least_zero("demand_sd_per_day")};
    const double lead_time_days = inputs.at_least_zero("lead_time_days", 0);
    review_each_day(inputs);
    any_stockout_basis(inputs);
    const DailyStockCosts costs = daily_costs(inputs);
    SHELFCAST_TRY(inputs.status());
    SHELFCAST_ASSIGN(const NewsvendorLevel level, newsvendor(demand, lead_time_days, costs));
    return describe_continuous(level).take();
}

Result<CalculatorMembers> newsvendor_poisson(Inputs& inputs) {
    const UnitDemandRate rate = unit_rate(inputs);
    const double lead_time_days = inputs.at_least_zero("lead_time_days", 0);
    review_each_day(inputs);
    any_stockout_basis(inputs);
    const DailyStockCosts costs = daily_costs(inputs);
    SHELFCAST_TRY(inputs.status());
    SHELFCAST_ASSIGN(const NewsvendorLevel level, newsvendor(rate, lead_time_days, costs));
    return describe_discrete(level).take();
}

Result<CalculatorMembers> newsvendor_empirical(Inputs& inputs) {
    const std::vector<double> history = inputs.numbers("demand_history_units");
    any_stockout_basis(inputs);
    const DailyStockCosts costs = daily_costs(inputs);
    SHELFCAST_TRY(inputs.status());
    SHELFCAST_ASSIGN(const NewsvendorLevel level, newsvendor(history, costs));
    return describe_discrete(level).take();
}

// --- (r,Q)
// ----------------------------------------------------------------------------------------

Result<CalculatorMembers> reorder_quantity_poisson(Inputs& inputs) {
    const double mean = inputs.positive("demand_mean_per_day");
    inputs.word("demand_distribution", {"poisson"}, "poisson");
    const double lead_time_days = inputs.at_least_zero("lead_time_days");
    const OrderingCosts costs = ordering_costs(inputs);
    SHELFCAST_TRY(inputs.status());
    SHELFCAST_ASSIGN(const UnitReorderQuantity best,
                     best_reorder_quantity(mean, lead_time_days, costs));
    return Outputs()
        .whole("reorder_point_units", best.reorder_point_units)
        .whole("order_quantity_units", best.order_quantity_units)
        .number("expected_cost_per_day", best.expected_cost_per_day)
        .number("expected_stock_units", best.expected_stock_units)
        .number("expected_backorders_units", best.expected_backorders_units)
        .number("expected_fill_rate", best.expected_fill_rate)
        .take();
}

Outputs describe(const ReorderQuantity& pair) {
    Outputs outputs;
    outputs.number("reorder_point_units", pair.reorder_point_units)
        .number("order_quantity_units", pair.order_quantity_units)
        .number("expected_cost_per_day", pair.expected_cost_per_day);
    return outputs;
}

Result<CalculatorMembers> reorder_quantity_normal(Inputs& inputs) {
    const double mean = inputs.positive("demand_mean_per_day");
    const double sd = inputs.positive("demand_sd_per_day");
    const double lead_time_days = inputs.positive("lead_time_days");
    const double lead_time_sd_days = inputs.at_least_zero("lead_time_sd_days", 0);
    // The unit of time is whatever all of them are given in.
    inputs.word("time_unit", {"day", "week", "month", "year"}, "day");
    const NormalReorderProblem problem{
        .mean_per_day = mean,
        .lead_time_mean_units = mean * lead_time_days,
        .lead_time_sd_units = sd_over(lead_time_days, {.mean_per_day = mean,
                                                       .sd_per_day = sd,
                                                       .lead_time_days = lead_time_days,
                                                       .lead_time_sd_days = lead_time_sd_days}),
        .costs = ordering_costs(inputs)};
    SHELFCAST_TRY(inputs.status());
    SHELFCAST_ASSIGN(const ReorderQuantity by_loss, loss_function_approximation(problem));
    Outputs loss_function;
    loss_function.number("reorder_point_units", by_loss.reorder_point_units)
        .number("order_quantity_units", by_loss.order_quantity_units);
    return Outputs()
        .members("eoqb", describe(order_with_backorders(problem)))
        .members("eoq_plus_safety_stock", describe(order_plus_safety_stock(problem)))
        .members("loss_function_approximation", std::move(loss_function))
        .members("exact", describe(best_reorder_quantity(problem)))
        .take();
}

// --- base stock
// -----------------------------------------------------------------------------------

Outputs describe_level(double level, double mean) {
    Outputs outputs;
    outputs.number("order_up_to_units", level).number("safety_stock_units", level - mean);
    return outputs;
}

Result<CalculatorMembers> base_stock_normal(Inputs& inputs) {
    const ProtectionProblem problem{
        .mean_per_day = inputs.positive("demand_mean_per_day"),
        .sd_per_day = inputs.at_least_zero("demand_sd_per_day"),
        .lead_time_days = inputs.at_least_zero("lead_time_days"),
        .lead_time_sd_days = inputs.at_least_zero("lead_time_sd_days", 0),
        .review_period_days = inputs.positive("review_period_days"),
        .shape = shape_named(inputs.word("demand_distribution", {"normal", "gamma"}, "normal"))};
    const double cycle_service = inputs.share("target_cycle_service_level");
    const double fill = inputs.share("target_fill_rate");
    SHELFCAST_TRY(inputs.status());
    const double mean = protection_demand(problem).mean;
    const double level = level_for_cycle_service(problem, chance(cycle_service));
    Outputs type1 = describe_level(level, mean);
    type1.number("expected_fill_rate", fill_rate(problem, level));
    return Outputs()
        .number("sd_over_protection_units", protection_demand(problem).sd)
        .members("type1", std::move(type1))
        .members("type2", describe_level(level_for_fill_rate(problem, fill), mean))
        .members("type2_one_term",
                 describe_level(level_for_fill_rate_one_term(problem, fill), mean))
        .take();
}

Result<CalculatorMembers> base_stock_poisson(Inputs& inputs) {
    const UnitDemandRate rate = unit_rate(inputs);
    const double lead_time_days = inputs.at_least_zero("lead_time_days");
    const std::int64_t review_period_days = inputs.whole_from_one("review_period_days", 1);
    const double cycle_service = inputs.share("target_cycle_service_level");
    const double fill = inputs.share("target_fill_rate");
    const DailyStockCosts costs = backorder_costs(inputs);
    SHELFCAST_TRY(inputs.status());
    SHELFCAST_ASSIGN(const UnitBaseStock stock,
                     UnitBaseStock::create(rate, lead_time_days, review_period_days));
    const std::int64_t type1 = stock.level_for_cycle_service(chance(cycle_service));
    const std::int64_t type2 = stock.level_for_fill_rate(fill);
    const std::int64_t cheapest = stock.cheapest_level(costs);
    Outputs by_service;
    by_service.whole("order_up_to_units", type1)
        .number("cycle_service_level", stock.cycle_service_level(type1))
        .number("expected_fill_rate", stock.fill_rate(type1));
    Outputs by_fill;
    by_fill.whole("order_up_to_units", type2).number("expected_fill_rate", stock.fill_rate(type2));
    Outputs by_cost;
    by_cost.whole("order_up_to_units", cheapest)
        .number("expected_cost_per_day", stock.cost_per_day(cheapest, costs))
        .number("expected_fill_rate", stock.fill_rate(cheapest));
    return Outputs()
        .members("type1", std::move(by_service))
        .members("type2", std::move(by_fill))
        .members("cost_optimal", std::move(by_cost))
        .take();
}

/// {"2": 0.8, "3": 0.2}: days to probability.
std::vector<LeadTimeChance> lead_time_chances(Inputs& inputs) {
    constexpr std::string_view kName = "lead_time_days_distribution";
    constexpr double kSlack = 1e-9;
    constexpr std::size_t kMost = 1000;
    const CalculatorMembers& members = inputs.members(kName);
    Inputs reader(members, fmt::format("{}.", kName));
    std::vector<LeadTimeChance> chances;
    double sum = 0;
    if (members.size() > kMost) {
        inputs.refuse(
            kName, fmt::format("has {} lead times; up to {} are weighed", members.size(), kMost));
        return chances;
    }
    for (const auto& [days_text, value] : members) {
        char* end = nullptr;
        const double days = std::strtod(days_text.c_str(), &end);
        if (days_text.empty() || *end != '\0' || !std::isfinite(days) || days < 0) {
            inputs.refuse(kName, fmt::format("has \"{}\": that is no number of days", days_text));
        }
        const double probability = reader.at_least_zero(days_text);
        sum += probability;
        if (probability > 0) {
            chances.push_back({.days = days, .probability = probability});
        }
    }
    inputs.take_fault(reader);
    if (std::abs(sum - 1) > kSlack) {
        inputs.refuse(kName, fmt::format("has probabilities that add up to {}, not to 1", sum));
    }
    return chances;
}

Result<CalculatorMembers> base_stock_random_lead_time(Inputs& inputs) {
    const UnitDemandRate rate = unit_rate(inputs);
    const std::vector<LeadTimeChance> lead_times = lead_time_chances(inputs);
    const auto review_period_days =
        static_cast<double>(inputs.whole_from_one("review_period_days", 1));
    const double target = inputs.share("target_cycle_service_level");
    SHELFCAST_TRY(inputs.status());
    SHELFCAST_ASSIGN(const RandomLeadTimeBaseStock stock,
                     RandomLeadTimeBaseStock::create(rate, lead_times, review_period_days));
    const std::int64_t level = stock.level_for_cycle_service(chance(target));
    const ProtectionProblem moments{.mean_per_day = rate.mean_per_day,
                                    .sd_per_day = std::sqrt(rate.variance_per_day),
                                    .lead_time_days = stock.lead_time_days(),
                                    .lead_time_sd_days = stock.lead_time_sd_days(),
                                    .review_period_days = review_period_days};
    const double normal_level = level_for_cycle_service(moments, chance(target));
    Outputs approximation;
    approximation.number("order_up_to_units", normal_level)
        .number("cycle_service_level",
                stock.cycle_service_level(static_cast<std::int64_t>(std::floor(normal_level))));
    return Outputs()
        .number("lead_time_days", stock.lead_time_days())
        .number("lead_time_sd_days", stock.lead_time_sd_days())
        .whole("order_up_to_units", level)
        .number("cycle_service_level", stock.cycle_service_level(level))
        .members("normal_approximation", std::move(approximation))
        .take();
}

// --- (s,S)
// ----------------------------------------------------------------------------------------

Result<CalculatorMembers> reorder_up_to_exact(Inputs& inputs) {
    const UnitDemandRate rate = unit_rate(inputs);
    const double lead_time_days = inputs.at_least_zero("lead_time_days", 0);
    const std::int64_t review_period_days = inputs.whole_from_one("review_period_days", 1);
    const OrderingCosts costs{.per_order = inputs.at_least_zero("order_cost"),
                              .daily = backorder_costs(inputs)};
    SHELFCAST_TRY(inputs.status());
    SHELFCAST_ASSIGN(ReorderUpToCosts policies,
                     ReorderUpToCosts::create(rate, lead_time_days, review_period_days, costs));
    SHELFCAST_ASSIGN(const UnitReorderUpTo best, policies.best());
    const std::int64_t s = best.reorder_point_units;
    const std::int64_t up_to = best.order_up_to_units;
    Outputs neighbours;
    for (const UnitReorderUpTo one :
         {UnitReorderUpTo{s - 1, up_to}, UnitReorderUpTo{s + 1, up_to},
          UnitReorderUpTo{s, up_to - 1}, UnitReorderUpTo{s, up_to + 1}}) {
        if (one.reorder_point_units < one.order_up_to_units) {
            neighbours.number(fmt::format("{},{}", one.reorder_point_units, one.order_up_to_units),
                              policies.cost_per_day(one));
        }
    }
    return Outputs()
        .whole("reorder_point_units", s)
        .whole("order_up_to_units", up_to)
        .number("expected_cost_per_day", policies.cost_per_day(best))
        .members("cost_of_neighbours", std::move(neighbours))
        .take();
}

Result<CalculatorMembers> reorder_up_to_power(Inputs& inputs) {
    const double mean = inputs.positive("demand_mean_per_day");
    const double sd = inputs.positive("demand_sd_per_day");
    const double lead_time_days = inputs.at_least_zero("lead_time_days", 0);
    review_each_day(inputs);
    const OrderingCosts costs = ordering_costs(inputs);
    SHELFCAST_TRY(inputs.status());
    const PowerApproximation made = power_approximation(mean, sd, lead_time_days, costs);
    Outputs capped;
    capped.number("reorder_point_units", made.capped_reorder_point_units)
        .number("order_up_to_units", made.capped_order_up_to_units);
    return Outputs()
        .number("order_quantity_units", made.order_quantity_units)
        .number("reorder_point_units", made.reorder_point_units)
        .number("order_up_to_units", made.order_up_to_units)
        .number("base_stock_cap_units", made.base_stock_cap_units)
        .members("with_cap", std::move(capped))
        .take();
}

// --- serial echelons
// ------------------------------------------------------------------------------

CalculatorList to_list(const SerialEchelons::Levels& levels) {
    CalculatorList list;
    list.reserve(levels.size());
    for (const std::int64_t level : levels) {
        list.push_back({level});
    }
    return list;
}

Result<CalculatorMembers> serial_echelons(Inputs& inputs) {
    const UnitDemandRate rate = unit_rate(inputs);
    const std::vector<double> lead_times = inputs.numbers("lead_time_days");
    const std::vector<double> holding =
        inputs.numbers_or_one("echelon_holding_cost_per_unit_day", lead_times.size());
    inputs.word("stage_order", {"store first, then upstream"}, "");
    inputs.word("stockout_cost_basis", {"per_unit_day_backordered"}, "");
    const double stockout_cost = inputs.positive("stockout_cost_per_unit");
    if (std::ranges::any_of(holding, [](double cost) { return cost == 0; })) {
        inputs.refuse("echelon_holding_cost_per_unit_day",
                      "has 0: each stage's must be more than 0");
    }
    SHELFCAST_TRY(inputs.status());
    std::vector<Stage> stages;
    stages.reserve(lead_times.size());
    for (std::size_t stage = 0; stage < lead_times.size(); ++stage) {
        stages.push_back({.lead_time_days = lead_times[stage],
                          .echelon_holding_cost_per_unit_day = holding[stage]});
    }
    SHELFCAST_ASSIGN(const SerialEchelons chain,
                     SerialEchelons::create(rate, stages, stockout_cost));
    const SerialEchelons::Policy best = chain.best();
    SerialEchelons::Levels between;
    between.reserve(stages.size());
    for (std::size_t stage = 0; stage < stages.size(); ++stage) {
        between.push_back((chain.lower_levels()[stage] + chain.upper_levels()[stage]) / 2);
    }
    return Outputs()
        .list("echelon_order_up_to_units", to_list(best.echelon_order_up_to_units))
        .number("expected_cost_per_day", best.expected_cost_per_day)
        .list("shang_song_lower_units", to_list(chain.lower_levels()))
        .list("shang_song_upper_units", to_list(chain.upper_levels()))
        .number("cost_of_rounded_down_bounds_mean", chain.cost_per_day(between))
        .take();
}

}  // namespace

std::span<const CalculatorFamily> policy_families() {
    static constexpr std::array kFamilies = {
        CalculatorFamily{"base_stock_normal", base_stock_normal},
        CalculatorFamily{"base_stock_poisson", base_stock_poisson},
        CalculatorFamily{"base_stock_poisson_random_lead_time", base_stock_random_lead_time},
        CalculatorFamily{"newsvendor_empirical", newsvendor_empirical},
        CalculatorFamily{"newsvendor_normal", newsvendor_normal},
        CalculatorFamily{"newsvendor_poisson", newsvendor_poisson},
        CalculatorFamily{"rQ_normal", reorder_quantity_normal},
        CalculatorFamily{"rQ_poisson_exact", reorder_quantity_poisson},
        CalculatorFamily{"sS_poisson_exact", reorder_up_to_exact},
        CalculatorFamily{"sS_power_approximation", reorder_up_to_power},
        CalculatorFamily{"serial_two_echelon_poisson", serial_echelons}};
    return kFamilies;
}

}  // namespace shelfcast::replenishment
