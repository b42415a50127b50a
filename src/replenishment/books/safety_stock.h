#pragma once

/// \file replenishment/books/safety_stock.h
/// Reorder points of (r,Q) with normal demand in the lead time: for a probability of no stock-out
/// in a cycle, and for a fill rate. What is below r when an order is placed is left out. Pure.
///
/// Source: Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains, 4th ed.
/// (2017), chapter 6.

#include "base/result.h"
#include "replenishment/books/continuous_demand.h"

namespace shelfcast::replenishment {

struct SafetyStock {
    double safety_factor = 0;  ///< k; may be negative.
    double safety_stock_units = 0;
    double reorder_point_units = 0;
    double cycle_service_level = 0;
};

/// P(lead time demand <= r) = target.
[[nodiscard]] SafetyStock safety_stock_for_cycle_service(const ContinuousDemand& lead_time_demand,
                                                         const Chance& target);

/// 1 - sigma G(k) / Q = target (exclusive 0 to 1). Needs a deviation above 0.
[[nodiscard]] SafetyStock safety_stock_for_fill_rate_one_term(
    const ContinuousDemand& lead_time_demand, double order_quantity_units, double target);
/// 1 - sigma [G(k) - G(k + Q / sigma)] / Q = target: without what was already short when the
/// delivery came.
[[nodiscard]] SafetyStock safety_stock_for_fill_rate(const ContinuousDemand& lead_time_demand,
                                                     double order_quantity_units, double target);

}  // namespace shelfcast::replenishment
