#include "replenishment/books/reorder_up_to.h"

#include <algorithm>
#include <cmath>

#include "replenishment/books/bisection.h"

namespace shelfcast::replenishment {
namespace {

constexpr std::int64_t kMostReviewDays = 366;

auto too_wide() {
    return fail(ErrorKind::kInvalidInput,
                "the best policy has more than {} units between its two points, which are not "
                "counted one by one: sS_power_approximation is for such",
                ReorderUpToCosts::kMostSpanUnits);
}

}  // namespace

Result<ReorderUpToCosts> ReorderUpToCosts::create(const UnitDemandRate& rate, double lead_time_days,
                                                  std::int64_t review_period_days,
                                                  const OrderingCosts& costs) {
    if (review_period_days < 1 || review_period_days > kMostReviewDays) {
        return fail(ErrorKind::kInvalidInput, "review_period_days is {}: it must be 1 to {}",
                    review_period_days, kMostReviewDays);
    }
    ReorderUpToCosts made;
    made.review_period_days_ = review_period_days;
    made.costs_ = costs;
    for (std::int64_t day = 1; day <= review_period_days; ++day) {
        SHELFCAST_ASSIGN(const UnitDemand demand,
                         UnitDemand::over(lead_time_days + static_cast<double>(day), rate));
        made.day_ends_.push_back(demand);
    }
    SHELFCAST_ASSIGN(const UnitDemand period,
                     UnitDemand::over(static_cast<double>(review_period_days), rate));
    made.period_probability_ = period.probabilities();
    made.period_some_demand_ = period.more_than(0);
    return made;
}

double ReorderUpToCosts::position_cost(std::int64_t position) {
    const auto at = [this](std::int64_t units) {
        double sum = 0;
        for (const UnitDemand& demand : day_ends_) {
            sum += costs_.daily.holding_per_unit * demand.surplus(units) +
                   costs_.daily.stockout_per_unit * demand.shortage(units);
        }
        return sum;
    };
    if (position < 0) {
        return at(position);
    }
    while (std::ssize(position_costs_) <= position) {
        position_costs_.push_back(at(std::ssize(position_costs_)));
    }
    return position_costs_[static_cast<std::size_t>(position)];
}

void ReorderUpToCosts::extend_visits(std::int64_t span) {
    // A stay without demand repeats the visit: hence the division by P(some demand).
    for (auto below = visits_.size(); below < static_cast<std::size_t>(span); ++below) {
        double sum = below == 0 ? 1 : 0;
        const std::size_t most = std::min(below, period_probability_.size() - 1);
        for (std::size_t units = 1; units <= most; ++units) {
            sum += period_probability_[units] * visits_[below - units];
        }
        visits_.push_back(sum / period_some_demand_);
    }
}

double ReorderUpToCosts::cost_per_day(const UnitReorderUpTo& policy) {
    const std::int64_t span = policy.order_up_to_units - policy.reorder_point_units;
    extend_visits(span);
    double cost = costs_.per_order;
    double reviews = 0;
    for (std::int64_t below = 0; below < span; ++below) {
        const double visits = visits_[static_cast<std::size_t>(below)];
        reviews += visits;
        cost += visits * position_cost(policy.order_up_to_units - below);
    }
    return cost / (reviews * static_cast<double>(review_period_days_));
}

Result<UnitReorderUpTo> ReorderUpToCosts::best() {
    const auto days = static_cast<double>(review_period_days_);
    const double tolerated =
        critical_ratio(costs_.daily.stockout_per_unit, costs_.daily.holding_per_unit).against;
    const std::int64_t cheapest = least_whole_enough(
        0, static_cast<std::int64_t>(day_ends_.back().mean()), [&](std::int64_t level) {
            double missing = 0;
            for (const UnitDemand& demand : day_ends_) {
                missing += demand.more_than(level);
            }
            return missing <= tolerated * days;
        });
    // The best s for S = cheapest: lower it while the position that this adds costs less than the
    // mean. Summed as it goes, since each step adds one term.
    UnitReorderUpTo policy{.reorder_point_units = cheapest, .order_up_to_units = cheapest};
    double sum = costs_.per_order;
    double reviews = 0;
    double best_cost = 0;
    do {
        const std::int64_t below = cheapest - policy.reorder_point_units;
        extend_visits(below + 1);
        sum += visits_[static_cast<std::size_t>(below)] * position_cost(policy.reorder_point_units);
        reviews += visits_[static_cast<std::size_t>(below)];
        best_cost = sum / (reviews * days);
        --policy.reorder_point_units;
    } while (position_cost(policy.reorder_point_units) / days < best_cost &&
             cheapest - policy.reorder_point_units < kMostSpanUnits);
    // No S whose own position costs more than the best mean can be better.
    for (std::int64_t up_to = cheapest + 1; position_cost(up_to) / days <= best_cost; ++up_to) {
        if (up_to - policy.reorder_point_units > kMostSpanUnits) {
            return too_wide();
        }
        double cost = cost_per_day({policy.reorder_point_units, up_to});
        if (cost >= best_cost) {
            continue;
        }
        policy.order_up_to_units = up_to;
        while (policy.reorder_point_units + 1 < up_to &&
               position_cost(policy.reorder_point_units + 1) / days >= cost) {
            ++policy.reorder_point_units;
            cost = cost_per_day(policy);
        }
        best_cost = cost;
    }
    if (policy.order_up_to_units - policy.reorder_point_units >= kMostSpanUnits) {
        return too_wide();
    }
    return policy;
}

PowerApproximation power_approximation(double mean_per_day, double sd_per_day,
                                       double lead_time_days, const OrderingCosts& costs) {
    // Beyond this Q / mean the approximation stands as it is (Ehrhardt and Mosier).
    constexpr double kCappedUpTo = 1.5;
    const double days = lead_time_days + 1;
    const double mean = mean_per_day * days;
    const double sd = sd_per_day * std::sqrt(days);
    const double h = costs.daily.holding_per_unit;
    const double p = costs.daily.stockout_per_unit;
    PowerApproximation made;
    made.order_quantity_units = 1.30 * std::pow(mean_per_day, 0.494) *
                                std::pow(costs.per_order / h, 0.506) *
                                std::pow(1 + sd * sd / (mean_per_day * mean_per_day), 0.116);
    const double z = std::sqrt(made.order_quantity_units * h / (sd * p));
    made.reorder_point_units = 0.973 * mean + sd * (0.183 / z + 1.063 - 2.192 * z);
    made.order_up_to_units = made.reorder_point_units + made.order_quantity_units;
    made.base_stock_cap_units = mean + sd * normal_quantile(critical_ratio(p, h));
    made.capped_reorder_point_units = made.reorder_point_units;
    made.capped_order_up_to_units = made.order_up_to_units;
    if (made.order_quantity_units / mean_per_day <= kCappedUpTo) {
        made.capped_reorder_point_units =
            std::min(made.reorder_point_units, made.base_stock_cap_units);
        made.capped_order_up_to_units = std::min(made.order_up_to_units, made.base_stock_cap_units);
    }
    return made;
}

}  // namespace shelfcast::replenishment
