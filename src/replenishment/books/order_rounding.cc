#include "replenishment/books/order_rounding.h"

#include <algorithm>
#include <cmath>

namespace shelfcast::replenishment {
namespace {

// Three packs of 0.1 are 0.3, whatever the last digit of the division.
constexpr double kSlack = 1e-9;

double packs_up(double units, double pack) { return std::ceil(units / pack - kSlack); }
double packs_down(double units, double pack) { return std::floor(units / pack + kSlack); }

}  // namespace

double rounded_order(double need_units, const OrderRules& rules) {
    if (need_units <= 0) {
        return 0;
    }
    double packs = std::max(packs_up(need_units, rules.pack_size_units),
                            packs_up(rules.minimum_order_units, rules.pack_size_units));
    if (rules.maximum_order_units) {
        packs = std::min(packs, packs_down(*rules.maximum_order_units, rules.pack_size_units));
    }
    return packs * rules.pack_size_units;
}

double order_quantity(const StockPosition& position, const OrderRules& rules) {
    const bool is_due = position.inventory_position_units <= position.reorder_point_units;
    return is_due ? rounded_order(position.order_up_to_units - position.inventory_position_units,
                                  rules)
                  : 0;
}

}  // namespace shelfcast::replenishment
