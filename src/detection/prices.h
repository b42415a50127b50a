#pragma once

/// \file detection/prices.h
/// Prices at the till that are not what they should be. Pure.
///
/// Where price changes are known, the price in force decides. Elsewhere a product's own prices of
/// the last 8 weeks do, those of the other stores of the country, and how far the store's prices
/// reach from the usual ones, with room for an offer.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "detection/finding.h"
#include "detection/product_sales.h"

namespace shelfcast::detection {

/// What a till asked for a product lately.
struct PriceAsked {
    StoreId store;
    std::string product_id;
    double price = 0;           ///< Of the newest sale line.
    double price_before = 0;    ///< Of the one before it today; 0: none.
    bool discounted = false;    ///< The receipt says that the newest was an offer.
    double price_in_force = 0;  ///< Of the newest line; 0: not known.
    std::int64_t sold_at_ms = 0;
};

/// Findings about the products asked; of a product that nobody bought nothing can be said.
[[nodiscard]] std::vector<Finding> judge_prices(const ProductBook& book, const LinesByStore& stores,
                                                std::span<const PriceAsked> asked);

}  // namespace shelfcast::detection
