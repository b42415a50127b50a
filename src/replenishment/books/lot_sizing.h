#pragma once

/// \file replenishment/books/lot_sizing.h
/// When to order how much for demand that is known day by day. Pure.
///
/// Source: Wagner and Whitin, Dynamic version of the economic lot size model, Management Science 5
/// (1958); Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed. (2019), section 3.7.

#include <span>
#include <vector>

namespace shelfcast::replenishment {

/// One entry a day; units and money, 0 or more each. An order comes in before that day's demand;
/// what is left at the day's end is charged.
struct LotSizingDay {
    double demand_units = 0;
    double order_cost = 0;
    double holding_cost_per_unit = 0;
};

struct LotPlan {
    double total_cost = 0;
    std::vector<double> order_quantities_units;  ///< One a day.
};

/// The plan of least cost, all demand met; of several, the one whose first orders last shortest.
/// Time grows with the square of the days.
[[nodiscard]] LotPlan best_lot_plan(std::span<const LotSizingDay> days);

}  // namespace shelfcast::replenishment
