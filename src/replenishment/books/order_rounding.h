#pragma once

/// \file replenishment/books/order_rounding.h
/// From what is needed to what can be ordered: whole packs, minimum, maximum. Pure.

#include <optional>

namespace shelfcast::replenishment {

/// Units; goods sold by weight have parts of one.
struct OrderRules {
    double pack_size_units = 1;      ///< Above 0.
    double minimum_order_units = 0;  ///< 0 or more; of an order, not of a need.
    std::optional<double> maximum_order_units{};
};

/// Up to whole packs, then to the minimum (in whole packs), then down to whole packs within the
/// maximum, which has the last word. 0 when 0 or fewer are needed.
[[nodiscard]] double rounded_order(double need_units, const OrderRules& rules);

/// What an (s,S) policy orders: when the position is at most s, up to S, rounded; else 0.
struct StockPosition {
    double inventory_position_units = 0;
    double reorder_point_units = 0;
    double order_up_to_units = 0;
};
[[nodiscard]] double order_quantity(const StockPosition& position, const OrderRules& rules);

}  // namespace shelfcast::replenishment
