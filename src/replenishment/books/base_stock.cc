#include "replenishment/books/base_stock.h"

#include <algorithm>
#include <cmath>

#include "replenishment/books/bisection.h"

namespace shelfcast::replenishment {
namespace {

constexpr std::int64_t kMostReviewDays = 10'000;

double cycle_demand(const ProtectionProblem& problem) {
    return problem.mean_per_day * problem.review_period_days;
}

ContinuousDemand lead_time_demand(const ProtectionProblem& problem) {
    return {.shape = problem.shape,
            .mean = problem.mean_per_day * problem.lead_time_days,
            .sd = sd_over(problem.lead_time_days, problem)};
}

/// What is missing when a delivery has just come in.
double shortage_after_delivery(const ProtectionProblem& problem, double level) {
    const ContinuousDemand demand = lead_time_demand(problem);
    // Without a lead time there is no demand in it, but for what its deviation says.
    return demand.mean > 0 || demand.shape == DemandShape::kNormal ? demand.shortage(level)
                                                                   : std::max(-level, 0.0);
}

template <typename IsEnough>
double level_where(const ProtectionProblem& problem, double target, const IsEnough& is_enough) {
    const ContinuousDemand demand = protection_demand(problem);
    double step = demand.sd + demand.mean;
    const double low = demand.mean - 4 * step - cycle_demand(problem) / (1 - target);
    while (!is_enough(demand.mean + step)) {
        step *= 2;
    }
    return least_enough(low, demand.mean + step, is_enough);
}

}  // namespace

double sd_over(double days, const ProtectionProblem& problem) {
    return std::hypot(std::sqrt(days) * problem.sd_per_day,
                      problem.mean_per_day * problem.lead_time_sd_days);
}

ContinuousDemand protection_demand(const ProtectionProblem& problem) {
    const double days = problem.lead_time_days + problem.review_period_days;
    return {
        .shape = problem.shape, .mean = problem.mean_per_day * days, .sd = sd_over(days, problem)};
}

double fill_rate(const ProtectionProblem& problem, double order_up_to_units) {
    const double short_units = protection_demand(problem).shortage(order_up_to_units) -
                               shortage_after_delivery(problem, order_up_to_units);
    return 1 - short_units / cycle_demand(problem);
}

double level_for_cycle_service(const ProtectionProblem& problem, const Chance& target) {
    return protection_demand(problem).quantile(target);
}

double level_for_fill_rate(const ProtectionProblem& problem, double target) {
    const ContinuousDemand demand = protection_demand(problem);
    const double allowed = (1 - target) * cycle_demand(problem);
    return level_where(problem, target, [&](double level) {
        return demand.shortage(level) - shortage_after_delivery(problem, level) <= allowed;
    });
}

double level_for_fill_rate_one_term(const ProtectionProblem& problem, double target) {
    const ContinuousDemand demand = protection_demand(problem);
    const double allowed = (1 - target) * cycle_demand(problem);
    return level_where(problem, target,
                       [&](double level) { return demand.shortage(level) <= allowed; });
}

Result<UnitBaseStock> UnitBaseStock::create(const UnitDemandRate& rate, double lead_time_days,
                                            std::int64_t review_period_days) {
    if (review_period_days < 1 || review_period_days > kMostReviewDays) {
        return fail(ErrorKind::kInvalidInput, "review_period_days is {}: it must be 1 to {}",
                    review_period_days, kMostReviewDays);
    }
    SHELFCAST_ASSIGN(const UnitDemand lead_time, UnitDemand::over(lead_time_days, rate));
    std::vector<UnitDemand> day_ends;
    day_ends.reserve(static_cast<std::size_t>(review_period_days));
    for (std::int64_t day = 1; day <= review_period_days; ++day) {
        SHELFCAST_ASSIGN(const UnitDemand demand,
                         UnitDemand::over(lead_time_days + static_cast<double>(day), rate));
        day_ends.push_back(demand);
    }
    return UnitBaseStock(lead_time, std::move(day_ends));
}

double UnitBaseStock::cycle_service_level(std::int64_t order_up_to_units) const {
    return day_ends_.back().at_most(order_up_to_units);
}

double UnitBaseStock::fill_rate(std::int64_t order_up_to_units) const {
    const UnitDemand& protection = day_ends_.back();
    return 1 - (protection.shortage(order_up_to_units) - lead_time_.shortage(order_up_to_units)) /
                   (protection.mean() - lead_time_.mean());
}

double UnitBaseStock::cost_per_day(std::int64_t order_up_to_units,
                                   const DailyStockCosts& costs) const {
    double sum = 0;
    for (const UnitDemand& demand : day_ends_) {
        sum += costs.holding_per_unit * demand.surplus(order_up_to_units) +
               costs.stockout_per_unit * demand.shortage(order_up_to_units);
    }
    return sum / static_cast<double>(day_ends_.size());
}

std::int64_t UnitBaseStock::level_for_cycle_service(const Chance& target) const {
    return day_ends_.back().quantile(target);
}

std::int64_t UnitBaseStock::level_for_fill_rate(double target) const {
    const UnitDemand& protection = day_ends_.back();
    const double allowed = (1 - target) * (protection.mean() - lead_time_.mean());
    return least_whole_enough(
        0, static_cast<std::int64_t>(protection.mean()), [&](std::int64_t level) {
            return protection.shortage(level) - lead_time_.shortage(level) <= allowed;
        });
}

std::int64_t UnitBaseStock::cheapest_level(const DailyStockCosts& costs) const {
    // One unit more is held on the share of days that end with the demand met, and saves a missing
    // one on the others.
    const double tolerated =
        critical_ratio(costs.stockout_per_unit, costs.holding_per_unit).against;
    return least_whole_enough(
        0, static_cast<std::int64_t>(day_ends_.back().mean()), [&](std::int64_t level) {
            double missing = 0;
            for (const UnitDemand& demand : day_ends_) {
                missing += demand.more_than(level);
            }
            return missing <= tolerated * static_cast<double>(day_ends_.size());
        });
}

Result<RandomLeadTimeBaseStock> RandomLeadTimeBaseStock::create(
    const UnitDemandRate& rate, std::span<const LeadTimeChance> lead_times,
    double review_period_days) {
    if (lead_times.empty()) {
        return fail(ErrorKind::kInvalidInput, "lead_time_days_distribution is empty");
    }
    RandomLeadTimeBaseStock made;
    for (const LeadTimeChance& one : lead_times) {
        SHELFCAST_ASSIGN(const UnitDemand demand,
                         UnitDemand::over(one.days + review_period_days, rate));
        made.branches_.push_back({.probability = one.probability, .demand = demand});
        made.mean_days_ += one.probability * one.days;
    }
    double variance = 0;
    for (const LeadTimeChance& one : lead_times) {
        variance += one.probability * (one.days - made.mean_days_) * (one.days - made.mean_days_);
    }
    made.sd_days_ = std::sqrt(variance);
    return made;
}

double RandomLeadTimeBaseStock::cycle_service_level(std::int64_t order_up_to_units) const {
    double sum = 0;
    for (const Branch& branch : branches_) {
        sum += branch.probability * branch.demand.at_most(order_up_to_units);
    }
    return sum;
}

std::int64_t RandomLeadTimeBaseStock::level_for_cycle_service(const Chance& target) const {
    return least_whole_enough(0, 0, [&](std::int64_t level) {
        double missing = 0;
        for (const Branch& branch : branches_) {
            missing += branch.probability * branch.demand.more_than(level);
        }
        return missing <= target.against;
    });
}

}  // namespace shelfcast::replenishment
