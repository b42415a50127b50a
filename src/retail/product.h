#pragma once

/// \file retail/product.h
/// What a chain knows of a product and what it plans to sell: reference data, beside the events.
/// Plain data.

#include <cstdint>
#include <string>

#include "base/ids.h"

namespace shelfcast::retail {

/// A product of the catalogue; `product_id` is what events carry.
struct Product {
    std::string product_id;
    std::string name;
    std::string category;
    std::string sub_category;
    std::string brand;
    std::string supplier;
    std::int64_t unit_cost = 0;         ///< Ten-thousandths of the currency, as Decimal(14, 4).
    std::uint32_t shelf_life_days = 0;  ///< 0: does not spoil.
    std::uint32_t pack_size = 1;        ///< Units of one orderable pack.
    std::uint32_t lead_time_days = 0;   ///< From order to delivery, as the supplier states it.
    bool operator==(const Product&) const = default;
};

/// What a store is to take on a day.
struct SalesTarget {
    StoreId store;
    std::int32_t business_date = 0;  ///< Days since 1970-01-01.
    std::int64_t revenue = 0;        ///< Ten-thousandths of the store's currency.
    bool operator==(const SalesTarget&) const = default;
};

}  // namespace shelfcast::retail
