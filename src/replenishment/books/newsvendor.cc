#include "replenishment/books/newsvendor.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

namespace shelfcast::replenishment {
namespace {

/// Fills in what follows from the level and its shortage. `late_units`: what was already missing
/// when the day began.
NewsvendorLevel rated(NewsvendorLevel level, double mean, double mean_per_day, double late_units,
                      const DailyStockCosts& costs) {
    level.safety_stock_units = level.order_up_to_units - mean;
    const double left_units = level.safety_stock_units + level.expected_units_short;
    level.expected_cost_per_day =
        costs.holding_per_unit * left_units + costs.stockout_per_unit * level.expected_units_short;
    level.expected_fill_rate = 1 - (level.expected_units_short - late_units) / mean_per_day;
    return level;
}

}  // namespace

Result<NewsvendorLevel> newsvendor(const ContinuousDemand& demand_per_day, double lead_time_days,
                                   const DailyStockCosts& costs) {
    const bool adds_up =
        demand_per_day.shape == DemandShape::kNormal || demand_per_day.shape == DemandShape::kGamma;
    if (lead_time_days > 0 && !adds_up) {
        return fail(ErrorKind::kInvalidInput,
                    "lead_time_days is {}: only normal and gamma demand keeps its shape over "
                    "more than one day",
                    lead_time_days);
    }
    const auto over = [&](double days) {
        return ContinuousDemand{.shape = demand_per_day.shape,
                                .mean = demand_per_day.mean * days,
                                .sd = demand_per_day.sd * std::sqrt(days)};
    };
    const ContinuousDemand demand = over(lead_time_days + 1);
    const Chance ratio = critical_ratio(costs.stockout_per_unit, costs.holding_per_unit);
    NewsvendorLevel level{.order_up_to_units = demand.quantile(ratio), .critical_ratio = ratio.of};
    level.cycle_service_level = demand.at_most(level.order_up_to_units);
    level.expected_units_short = demand.shortage(level.order_up_to_units);
    const double late_units =
        lead_time_days > 0 ? over(lead_time_days).shortage(level.order_up_to_units) : 0;
    return rated(level, demand.mean, demand_per_day.mean, late_units, costs);
}

Result<NewsvendorLevel> newsvendor(const UnitDemandRate& rate, double lead_time_days,
                                   const DailyStockCosts& costs) {
    SHELFCAST_ASSIGN(const UnitDemand demand, UnitDemand::over(lead_time_days + 1, rate));
    SHELFCAST_ASSIGN(const UnitDemand before, UnitDemand::over(lead_time_days, rate));
    const Chance ratio = critical_ratio(costs.stockout_per_unit, costs.holding_per_unit);
    const std::int64_t units = demand.quantile(ratio);
    const NewsvendorLevel level{.order_up_to_units = static_cast<double>(units),
                                .critical_ratio = ratio.of,
                                .cycle_service_level = demand.at_most(units),
                                .expected_units_short = demand.shortage(units)};
    return rated(level, demand.mean(), rate.mean_per_day, before.shortage(units), costs);
}

Result<NewsvendorLevel> newsvendor(std::span<const double> demand_history_units,
                                   const DailyStockCosts& costs) {
    // A share of days equal to the ratio is meant to be enough, whatever its last digit.
    constexpr double kSlack = 1e-12;
    std::vector<double> days(demand_history_units.begin(), demand_history_units.end());
    std::ranges::sort(days);
    const auto count = static_cast<double>(days.size());
    const double mean = std::accumulate(days.begin(), days.end(), 0.0) / count;
    if (!(mean > 0)) {
        return fail(ErrorKind::kInvalidInput,
                    "demand_history_units of {} days has no demand: a fill rate is not defined",
                    days.size());
    }
    const Chance ratio = critical_ratio(costs.stockout_per_unit, costs.holding_per_unit);
    NewsvendorLevel level{.critical_ratio = ratio.of};
    for (auto day = days.begin(); day != days.end();) {
        const auto next = std::upper_bound(day, days.end(), *day);
        level.order_up_to_units = *day;
        level.cycle_service_level = static_cast<double>(next - days.begin()) / count;
        if (level.cycle_service_level >= ratio.of - kSlack) {
            break;
        }
        day = next;
    }
    for (const double units : days) {
        level.expected_units_short += std::max(units - level.order_up_to_units, 0.0) / count;
    }
    return rated(level, mean, mean, 0, costs);
}

}  // namespace shelfcast::replenishment
