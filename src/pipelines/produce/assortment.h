#pragma once

/// \file pipelines/produce/assortment.h
/// The chain that the synthetic source plays: ten shops of a British retailer, twenty-five products
/// in five categories. Immutable, thread safe.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "retail/store_catalog.h"

namespace shelfcast::produce {

struct Product {
    std::string_view product_id;
    std::string_view category;
    std::int64_t price_pence = 0;
    std::int64_t cost_pence = 0;
    std::uint32_t popularity = 1;  ///< Weight among all products.
    std::uint32_t case_units = 1;  ///< Units of one delivery.
};

/// Electronics, Clothing, Home, Books, Sports: five products each.
[[nodiscard]] std::span<const Product> demo_products() noexcept;

/// Stores 1 to 10, to be put into the store directory before anything is produced. All trade in one
/// currency, so that revenue adds up over stores.
[[nodiscard]] const std::vector<retail::Store>& demo_stores();

/// How busy a store is compared with the others; 1 on average.
[[nodiscard]] double demo_store_size(std::size_t index) noexcept;

}  // namespace shelfcast::produce
