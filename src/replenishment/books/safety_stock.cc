#include "replenishment/books/safety_stock.h"

#include "replenishment/books/bisection.h"

namespace shelfcast::replenishment {
namespace {

/// At 38 deviations P(Z > z) is the least number that a double holds.
constexpr double kFarthestFactor = 38;

SafetyStock with_factor(const ContinuousDemand& demand, double factor) {
    return {.safety_factor = factor,
            .safety_stock_units = factor * demand.sd,
            .reorder_point_units = demand.mean + factor * demand.sd,
            .cycle_service_level = normal_below(factor)};
}

}  // namespace

SafetyStock safety_stock_for_cycle_service(const ContinuousDemand& lead_time_demand,
                                           const Chance& target) {
    return with_factor(lead_time_demand, normal_quantile(target));
}

SafetyStock safety_stock_for_fill_rate_one_term(const ContinuousDemand& lead_time_demand,
                                                double order_quantity_units, double target) {
    const double allowed = (1 - target) * order_quantity_units / lead_time_demand.sd;
    // G(k) > -k, so that k > -allowed.
    return with_factor(lead_time_demand, least_enough(-allowed - 1, kFarthestFactor, [&](double k) {
                           return normal_loss(k) <= allowed;
                       }));
}

SafetyStock safety_stock_for_fill_rate(const ContinuousDemand& lead_time_demand,
                                       double order_quantity_units, double target) {
    const double ratio = order_quantity_units / lead_time_demand.sd;
    const double allowed = (1 - target) * ratio;
    // Below -ratio - 38 both loss functions are straight lines: nothing is met from stock.
    const double k = least_enough(-ratio - kFarthestFactor, kFarthestFactor, [&](double factor) {
        return normal_loss(factor) - normal_loss(factor + ratio) <= allowed;
    });
    return with_factor(lead_time_demand, k);
}

}  // namespace shelfcast::replenishment
