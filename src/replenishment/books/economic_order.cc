#include "replenishment/books/economic_order.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace shelfcast::replenishment {

EconomicOrder economic_order(double mean_per_day, double order_cost,
                             double holding_cost_per_unit_day) {
    return {.order_quantity_units =
                std::sqrt(2 * order_cost * mean_per_day / holding_cost_per_unit_day),
            .expected_cost_per_day =
                std::sqrt(2 * order_cost * mean_per_day * holding_cost_per_unit_day)};
}

EconomicOrder economic_order_with_backorders(double mean_per_day, const OrderingCosts& costs) {
    const Chance stocked =
        critical_ratio(costs.daily.stockout_per_unit, costs.daily.holding_per_unit);
    // As if holding cost less: the share of time with stock takes its part of it.
    EconomicOrder order =
        economic_order(mean_per_day, costs.per_order, costs.daily.holding_per_unit * stocked.of);
    order.backordered_share = stocked.against;
    return order;
}

Status check_bands(std::span<const PriceBand> bands) {
    if (bands.empty() || bands.front().from_units != 0) {
        return fail(ErrorKind::kInvalidInput, "breakpoints_units must begin with 0");
    }
    for (std::size_t band = 0; band < bands.size(); ++band) {
        if (!(bands[band].unit_cost > 0)) {
            return fail(ErrorKind::kInvalidInput, "unit_costs: {} must be more than 0",
                        bands[band].unit_cost);
        }
        if (band > 0 && !(bands[band].from_units > bands[band - 1].from_units)) {
            return fail(ErrorKind::kInvalidInput,
                        "breakpoints_units: {} must be above {}, which is before it",
                        bands[band].from_units, bands[band - 1].from_units);
        }
        if (band > 0 && !(bands[band].unit_cost < bands[band - 1].unit_cost)) {
            return fail(ErrorKind::kInvalidInput,
                        "unit_costs: {} is no discount on {}, which is before it",
                        bands[band].unit_cost, bands[band - 1].unit_cost);
        }
    }
    return {};
}

DiscountedOrder best_with_all_units_discount(const DiscountProblem& problem) {
    DiscountedOrder best{.expected_cost_per_day = std::numeric_limits<double>::infinity()};
    for (std::size_t band = 0; band < problem.bands.size(); ++band) {
        const PriceBand& price = problem.bands[band];
        const double holding = problem.holding_cost_rate_per_value_day * price.unit_cost;
        const double quantity = std::max(
            economic_order(problem.mean_per_day, problem.order_cost, holding).order_quantity_units,
            price.from_units);
        // An optimum past the band's end is beaten by the next one, which is cheaper.
        if (band + 1 < problem.bands.size() && quantity >= problem.bands[band + 1].from_units) {
            continue;
        }
        const double cost = price.unit_cost * problem.mean_per_day +
                            problem.order_cost * problem.mean_per_day / quantity +
                            holding * quantity / 2;
        if (cost < best.expected_cost_per_day) {
            best = {.order_quantity_units = quantity,
                    .price_band = band,
                    .expected_cost_per_day = cost};
        }
    }
    return best;
}

DiscountedOrder best_with_incremental_discount(const DiscountProblem& problem) {
    DiscountedOrder best{.expected_cost_per_day = std::numeric_limits<double>::infinity()};
    // What an order costs beyond its size times the band's price: the dearer first units.
    double surcharge = 0;
    for (std::size_t band = 0; band < problem.bands.size(); ++band) {
        const PriceBand& price = problem.bands[band];
        if (band > 0) {
            surcharge += (problem.bands[band - 1].unit_cost - price.unit_cost) * price.from_units;
        }
        const EconomicOrder order =
            economic_order(problem.mean_per_day, problem.order_cost + surcharge,
                           problem.holding_cost_rate_per_value_day * price.unit_cost);
        const bool is_in_band = order.order_quantity_units >= price.from_units &&
                                (band + 1 == problem.bands.size() ||
                                 order.order_quantity_units <= problem.bands[band + 1].from_units);
        const double cost = price.unit_cost * problem.mean_per_day +
                            problem.holding_cost_rate_per_value_day * surcharge / 2 +
                            order.expected_cost_per_day;
        if (is_in_band && cost < best.expected_cost_per_day) {
            best = {.order_quantity_units = order.order_quantity_units,
                    .price_band = band,
                    .expected_cost_per_day = cost};
        }
    }
    return best;
}

}  // namespace shelfcast::replenishment
