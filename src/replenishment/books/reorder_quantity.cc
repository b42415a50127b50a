#include "replenishment/books/reorder_quantity.h"

#include <algorithm>
#include <cmath>

#include "replenishment/books/bisection.h"

namespace shelfcast::replenishment {
namespace {

/// Pairs farther apart than this are not searched unit by unit.
constexpr std::int64_t kMostUnits = 300'000;

auto too_large() {
    return fail(ErrorKind::kInvalidInput,
                "the best order is above {} units, which are not counted one by one", kMostUnits);
}

double daily_cost(const UnitDemand& demand, std::int64_t position, const DailyStockCosts& costs) {
    return costs.holding_per_unit * demand.surplus(position) +
           costs.stockout_per_unit * demand.shortage(position);
}

/// The stock, backorders and fill rate of a pair, whose position is each of r+1..r+Q as often.
UnitReorderQuantity rated(UnitReorderQuantity pair, const UnitDemand& demand) {
    double stock = 0;
    double backorders = 0;
    double served = 0;
    for (std::int64_t step = 1; step <= pair.order_quantity_units; ++step) {
        const std::int64_t position = pair.reorder_point_units + step;
        stock += demand.surplus(position);
        backorders += demand.shortage(position);
        served += demand.at_most(position - 1);
    }
    const auto quantity = static_cast<double>(pair.order_quantity_units);
    pair.expected_stock_units = stock / quantity;
    pair.expected_backorders_units = backorders / quantity;
    pair.expected_fill_rate = served / quantity;
    return pair;
}

ContinuousDemand lead_time_demand(const NormalReorderProblem& problem) {
    return {.mean = problem.lead_time_mean_units, .sd = problem.lead_time_sd_units};
}

/// G(y): the cost of a day with the position y a lead time before.
double daily_cost(const NormalReorderProblem& problem, double position) {
    const DailyStockCosts& costs = problem.costs.daily;
    return costs.holding_per_unit * (position - problem.lead_time_mean_units) +
           (costs.holding_per_unit + costs.stockout_per_unit) *
               lead_time_demand(problem).shortage(position);
}

/// E max(D - y, 0)^2 / 2.
double second_shortage(const NormalReorderProblem& problem, double position) {
    const double sd = problem.lead_time_sd_units;
    return sd * sd * normal_second_loss((position - problem.lead_time_mean_units) / sd);
}

/// Where G is least.
double newsvendor_position(const NormalReorderProblem& problem) {
    const DailyStockCosts& costs = problem.costs.daily;
    return lead_time_demand(problem).quantile(
        critical_ratio(costs.stockout_per_unit, costs.holding_per_unit));
}

/// The best r for a Q: the day costs the same at both ends, G(r) = G(r + Q).
double reorder_point_for(const NormalReorderProblem& problem, double quantity) {
    const double low_cost_position = newsvendor_position(problem);
    return least_enough(low_cost_position - quantity, low_cost_position, [&](double r) {
        return daily_cost(problem, r) <= daily_cost(problem, r + quantity);
    });
}

double economic_quantity(const NormalReorderProblem& problem) {
    return std::sqrt(2 * problem.costs.per_order * problem.mean_per_day /
                     problem.costs.daily.holding_per_unit);
}

ReorderQuantity priced(const NormalReorderProblem& problem, double r, double quantity) {
    return {.reorder_point_units = r,
            .order_quantity_units = quantity,
            .expected_cost_per_day = cost_per_day(problem, r, quantity)};
}

}  // namespace

Result<UnitReorderQuantity> best_reorder_quantity(double mean_per_day, double lead_time_days,
                                                  const OrderingCosts& costs) {
    SHELFCAST_ASSIGN(const UnitDemand demand,
                     UnitDemand::over(lead_time_days, {mean_per_day, mean_per_day}));
    const auto cost_at = [&](std::int64_t position) {
        return daily_cost(demand, position, costs.daily);
    };
    // The best order is no smaller than that of the same demand without chance (Zheng 1992).
    const double h = costs.daily.holding_per_unit;
    const double p = costs.daily.stockout_per_unit;
    if (2 * costs.per_order * mean_per_day * (1 / h + 1 / p) >
        static_cast<double>(kMostUnits) * static_cast<double>(kMostUnits)) {
        return too_large();
    }
    // From the cheapest position outward, the cheaper neighbour first, while it lowers the mean.
    const std::int64_t cheapest = demand.quantile(
        critical_ratio(costs.daily.stockout_per_unit, costs.daily.holding_per_unit));
    std::int64_t below = cheapest - 1;
    std::int64_t above = cheapest + 1;
    double below_cost = cost_at(below);
    double above_cost = cost_at(above);
    double total = costs.per_order * mean_per_day + cost_at(cheapest);
    for (std::int64_t quantity = 1; quantity <= kMostUnits; ++quantity) {
        const double mean_cost = total / static_cast<double>(quantity);
        const double next_cost = std::min(below_cost, above_cost);
        if (next_cost >= mean_cost) {
            return rated({.reorder_point_units = below,
                          .order_quantity_units = quantity,
                          .expected_cost_per_day = mean_cost},
                         demand);
        }
        total += next_cost;
        if (below_cost <= above_cost) {
            below_cost = cost_at(--below);
        } else {
            above_cost = cost_at(++above);
        }
    }
    return too_large();
}

double cost_per_day(const NormalReorderProblem& problem, double reorder_point_units,
                    double order_quantity_units) {
    const DailyStockCosts& costs = problem.costs.daily;
    const double backorders =
        (second_shortage(problem, reorder_point_units) -
         second_shortage(problem, reorder_point_units + order_quantity_units)) /
        order_quantity_units;
    const double net_stock =
        reorder_point_units + order_quantity_units / 2 - problem.lead_time_mean_units;
    return problem.costs.per_order * problem.mean_per_day / order_quantity_units +
           costs.holding_per_unit * net_stock +
           (costs.holding_per_unit + costs.stockout_per_unit) * backorders;
}

ReorderQuantity order_with_backorders(const NormalReorderProblem& problem) {
    const DailyStockCosts& costs = problem.costs.daily;
    const double quantity = economic_quantity(problem) *
                            std::sqrt(1 + costs.holding_per_unit / costs.stockout_per_unit);
    return priced(problem, reorder_point_for(problem, quantity), quantity);
}

ReorderQuantity order_plus_safety_stock(const NormalReorderProblem& problem) {
    return priced(problem, newsvendor_position(problem), economic_quantity(problem));
}

Result<ReorderQuantity> loss_function_approximation(const NormalReorderProblem& problem) {
    constexpr int kMostTurns = 100'000;
    constexpr double kSame = 1e-13;
    const DailyStockCosts& costs = problem.costs.daily;
    const double both = costs.holding_per_unit + costs.stockout_per_unit;
    const ContinuousDemand demand = lead_time_demand(problem);
    double quantity = economic_quantity(problem);
    for (int turn = 0; turn < kMostTurns; ++turn) {
        // n(r) = h Q / (h + p); the shortage falls by less than a unit a unit.
        const double wanted_shortage = costs.holding_per_unit * quantity / both;
        const double r =
            least_enough(demand.mean - wanted_shortage - 1, demand.mean + 60 * demand.sd,
                         [&](double units) { return demand.shortage(units) <= wanted_shortage; });
        const double next = std::sqrt(
            2 *
            (problem.costs.per_order * problem.mean_per_day + both * second_shortage(problem, r)) /
            costs.holding_per_unit);
        if (std::abs(next - quantity) <= kSame * next) {
            return priced(problem, r, next);
        }
        quantity = next;
    }
    return fail(ErrorKind::kInvalidInput,
                "the loss-function approximation comes to no rest: at {:.6g} units an order is "
                "small against the deviation {:.6g} of the lead time's demand",
                quantity, demand.sd);
}

ReorderQuantity best_reorder_quantity(const NormalReorderProblem& problem) {
    // At the best Q the cost equals the cost of the days at both ends of the range; the excess of
    // the ends over the range's own days grows with Q (Zheng 1992, theorem 1).
    const auto is_enough = [&](double quantity) {
        const double r = reorder_point_for(problem, quantity);
        const double end_cost = std::max(daily_cost(problem, r), daily_cost(problem, r + quantity));
        return end_cost >= cost_per_day(problem, r, quantity);
    };
    double high = economic_quantity(problem) + problem.lead_time_sd_units;
    while (!is_enough(high)) {
        high *= 2;
    }
    const double quantity = least_enough(0, high, is_enough);
    return priced(problem, reorder_point_for(problem, quantity), quantity);
}

}  // namespace shelfcast::replenishment
