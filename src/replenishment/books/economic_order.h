#pragma once

/// \file replenishment/books/economic_order.h
/// The economic order quantity: plain, with backorders, with quantity discounts. Steady demand, no
/// lead time. Pure.
///
/// Source: Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed. (2019), sections 3.2
/// (plain), 3.4 (discounts), 3.5 (backorders).

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "replenishment/books/reorder_quantity.h"

namespace shelfcast::replenishment {

/// Costs leave out the purchase value.
struct EconomicOrder {
    double order_quantity_units = 0;
    double backordered_share = 0;  ///< Of an order's cycle, and of its demand.
    double expected_cost_per_day = 0;
};

/// All above 0.
[[nodiscard]] EconomicOrder economic_order(double mean_per_day, double order_cost,
                                           double holding_cost_per_unit_day);
/// Backorders cost `costs.daily.stockout_per_unit` a unit and day.
[[nodiscard]] EconomicOrder economic_order_with_backorders(double mean_per_day,
                                                           const OrderingCosts& costs);

/// From so many units on, this is what a unit costs.
struct PriceBand {
    double from_units = 0;
    double unit_cost = 0;
};

struct DiscountProblem {
    double mean_per_day = 0;
    double order_cost = 0;
    double holding_cost_rate_per_value_day = 0;
    std::vector<PriceBand> bands;
};

/// Error: kInvalidInput for bands that do not begin at 0, ascend, and fall in price.
[[nodiscard]] Status check_bands(std::span<const PriceBand> bands);

/// Costs include the purchase value.
struct DiscountedOrder {
    double order_quantity_units = 0;
    std::size_t price_band = 0;  ///< From 0.
    double expected_cost_per_day = 0;
};

/// The band of the order's size is what every unit costs. Needs bands that check_bands accepts.
[[nodiscard]] DiscountedOrder best_with_all_units_discount(const DiscountProblem& problem);
/// Each unit costs what its own band says. Needs bands that check_bands accepts.
[[nodiscard]] DiscountedOrder best_with_incremental_discount(const DiscountProblem& problem);

}  // namespace shelfcast::replenishment
