#pragma once

/// \file detection/tills.h
/// Tills that have fallen silent while the others of their store go on. Pure.
///
/// A basket goes to a till with the till's usual share, so a run of n baskets of the others has the
/// chance (1 - share)^n. Counting in baskets instead of minutes, neither quiet hours nor a log that
/// lags behind look like silence.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "detection/finding.h"

namespace shelfcast::detection {

/// One till at one look.
struct TillState {
    StoreId store;
    std::string register_id;
    double share = 0;             ///< Of the store's baskets, since the till was first seen.
    double baskets = 0;           ///< Of the till, in the days of comparison.
    double longest_usual = 0;     ///< Run of the others' baskets: the third longest of those days.
    double baskets_per_week = 0;  ///< Of the store.
    double others_since = 0;      ///< Baskets of the others since its last one.
    std::int64_t last_basket_ms = 0;
    std::int64_t newest_basket_ms = 0;  ///< Of the store.
};

[[nodiscard]] std::vector<Finding> judge_tills(std::span<const TillState> tills);

}  // namespace shelfcast::detection
