#include "replenishment/books/lot_sizing.h"

#include <cstddef>
#include <limits>

namespace shelfcast::replenishment {

LotPlan best_lot_plan(std::span<const LotSizingDay> days) {
    const std::size_t count = days.size();
    std::vector<double> cost_from(count + 1, 0);
    std::vector<std::size_t> next_order(count, 0);
    std::vector<bool> orders(count, true);
    for (std::size_t day = count; day-- > 0;) {
        cost_from[day] = std::numeric_limits<double>::infinity();
        if (days[day].demand_units == 0) {  // Then the day may also pass without an order.
            cost_from[day] = cost_from[day + 1];
            next_order[day] = day + 1;
            orders[day] = false;
        }
        // An order of this day that lasts to the day before `end`.
        double cost = days[day].order_cost;
        double carried_for = 0;  // Cost of holding a unit from this day to the current one.
        for (std::size_t end = day + 1; end <= count; ++end) {
            if (cost + cost_from[end] < cost_from[day]) {
                cost_from[day] = cost + cost_from[end];
                next_order[day] = end;
                orders[day] = true;
            }
            if (end < count) {
                carried_for += days[end - 1].holding_cost_per_unit;
                cost += carried_for * days[end].demand_units;
            }
            if (cost >= cost_from[day]) {  // It only grows.
                break;
            }
        }
    }
    LotPlan plan{.total_cost = cost_from[0],
                 .order_quantities_units = std::vector<double>(count, 0)};
    for (std::size_t day = 0; day < count; day = next_order[day]) {
        for (std::size_t met = day; orders[day] && met < next_order[day]; ++met) {
            plan.order_quantities_units[day] += days[met].demand_units;
        }
    }
    return plan;
}

}  // namespace shelfcast::replenishment
