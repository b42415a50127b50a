#pragma once

/// \file replenishment/books/reorder_quantity.h
/// (r,Q) under continuous review: when the inventory position falls to r, order Q. Unmet demand
/// waits. Pure.
///
/// Sources: Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed. (2019), sections 5.2 to
/// 5.5; Zheng, On properties of stochastic inventory systems, Management Science 38 (1992);
/// Federgruen and Zheng, An efficient algorithm for computing an optimal (r,Q) policy, Operations
/// Research 40 (1992).

#include <cstdint>

#include "base/result.h"
#include "replenishment/books/continuous_demand.h"
#include "replenishment/books/newsvendor.h"
#include "replenishment/books/unit_demand.h"

namespace shelfcast::replenishment {

/// What an order costs, and stock and backorders a unit and day (a day being the unit of time).
struct OrderingCosts {
    double per_order = 0;
    DailyStockCosts daily;
};

/// For customers who come one by one (Poisson).
struct UnitReorderQuantity {
    std::int64_t reorder_point_units = 0;
    std::int64_t order_quantity_units = 0;
    double expected_cost_per_day = 0;
    double expected_stock_units = 0;
    double expected_backorders_units = 0;
    double expected_fill_rate = 0;  ///< Share of customers who find stock.
};

/// The least cost (K mean + sum of G(y), y = r+1..r+Q) / Q, where G(y) is the cost of a day with
/// the position y a lead time before. Error: kInvalidInput for more than is counted unit by unit.
[[nodiscard]] Result<UnitReorderQuantity> best_reorder_quantity(double mean_per_day,
                                                                double lead_time_days,
                                                                const OrderingCosts& costs);

struct ReorderQuantity {
    double reorder_point_units = 0;
    double order_quantity_units = 0;
    double expected_cost_per_day = 0;
};

/// Demand in the lead time is normal; its deviation is above 0, as are all costs.
struct NormalReorderProblem {
    double mean_per_day = 0;
    double lead_time_mean_units = 0;
    double lead_time_sd_units = 0;
    OrderingCosts costs;
};

/// The cost of a pair: holding and backorders by the second loss function, both terms.
[[nodiscard]] double cost_per_day(const NormalReorderProblem& problem, double reorder_point_units,
                                  double order_quantity_units);

/// Q of the economic order quantity with backorders, the best r for it.
[[nodiscard]] ReorderQuantity order_with_backorders(const NormalReorderProblem& problem);
/// Q of the economic order quantity, r with the safety stock of the newsvendor.
[[nodiscard]] ReorderQuantity order_plus_safety_stock(const NormalReorderProblem& problem);
/// Q and r by turns, leaving out what is still backordered just after a delivery. Error:
/// kInvalidInput where those turns come to no rest.
[[nodiscard]] Result<ReorderQuantity> loss_function_approximation(
    const NormalReorderProblem& problem);
/// The pair of least cost.
[[nodiscard]] ReorderQuantity best_reorder_quantity(const NormalReorderProblem& problem);

}  // namespace shelfcast::replenishment
