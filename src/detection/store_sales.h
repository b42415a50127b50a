#pragma once

/// \file detection/store_sales.h
/// Stores that sell unusually much, unusually little, or nothing. Pure.
///
/// A store's day so far is compared with the median of the same weekday, to the same minute, of the
/// last 8 weeks; its deviation is the logarithm of the ratio. What the other stores of the country
/// have in common that day is taken off (a holiday, the weather, an offer), and the rest is
/// measured in robust deviations of those weeks (Iglewicz and Hoaglin's modified z-score) with a
/// floor for day-to-day noise and for counts, of as many baskets as the store's lines make.

#include <map>
#include <span>
#include <vector>

#include "detection/finding.h"
#include "detection/store_history.h"

namespace shelfcast::detection {

/// Spikes and drops of whole stores, and silent stores. `last_sales_ms`: the newest sale of each
/// store, UTC.
[[nodiscard]] std::vector<Finding> judge_stores(
    const StoreHistory& history, std::span<const StoreClock> clocks,
    const std::map<StoreId, std::int64_t>& last_sales_ms);

}  // namespace shelfcast::detection
