#pragma once

/// \file demand/canonical_order.h
/// The order that a panel's series are worked through in: by what was sold, never by what ids say
/// or where a series stands in the panel. Sums over groups, row samples and trees depend on it, so
/// forecasts stay the same when ids are renamed or series come in another order. Pure.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "demand/daily_panel.h"

namespace shelfcast::demand {

struct CanonicalOrder {
    std::vector<std::size_t> series;      ///< Index in the panel of each place in the order.
    std::vector<std::uint32_t> store;     ///< Of each place; numbered by first appearance.
    std::vector<std::uint32_t> product;   ///< The same.
    std::vector<std::uint32_t> category;  ///< The same.
    std::size_t stores = 0;
    std::size_t products = 0;
    std::size_t categories = 0;
    std::int32_t first_date = 0;  ///< Of the panel: day 0 of everything that works in this order.
    std::int32_t cutoff_day = 0;  ///< The last day known, counted from it.
};

/// By units up to the cut-off, their first two moments over time, prices, and the units of store
/// and product. Series that agree in all of that keep the panel's order: what they hold is the
/// same. `as_of` has `horizon_days` to come behind its cut-off, as demand::as_of leaves it.
[[nodiscard]] CanonicalOrder canonical_order(const DailyPanel& as_of, std::size_t horizon_days);

}  // namespace shelfcast::demand
