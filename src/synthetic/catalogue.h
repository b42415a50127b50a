#pragma once

/// \file synthetic/catalogue.h
/// What the synthetic chain sells and who delivers it. Made once from a seed, then immutable.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "retail/product.h"
#include "synthetic/calendar.h"

namespace shelfcast::synthetic {

/// A kind of goods: what its products have in common.
struct Kind {
    std::string_view code;  ///< Three letters, the beginning of product ids.
    std::string_view category;
    std::string_view sub_category;
    std::string_view words;    ///< What a product may be called, separated by '|'.
    double low_price;          ///< Pounds sterling per unit (or kilogram).
    double high_price;         ///< The same.
    double margin;             ///< Share of the price.
    double demand;             ///< Lines per day of an average product, before popularity.
    std::uint8_t share;        ///< Of the catalogue.
    std::uint8_t pack_size;    ///< Units of one orderable pack.
    std::uint16_t shelf_days;  ///< Shelf life; 0: does not spoil.
    bool by_weight;            ///< Sold by the gram.
    double many_units;         ///< Chance of one more unit in a line.
    Season season;
    double warmth;          ///< Change of demand for 10 degrees above the usual.
    double returned;        ///< Share of lines that come back.
    double stolen_per_day;  ///< Chance that something of a product is stolen in a day.
    std::uint8_t mission;   ///< Goods of one shopping mission are bought together.
};

[[nodiscard]] std::span<const Kind> kinds() noexcept;
inline constexpr std::uint8_t kMissions = 8;

/// Who delivers; owned by Catalogue.
struct Supplier {
    std::string name;
    std::uint32_t lead_time_days = 1;  ///< As stated.
    std::uint32_t review_days = 7;     ///< A store may order once in so many days.
    double late_share = 0;             ///< Of deliveries.
    double short_share = 0;            ///< Of deliveries that bring less than was ordered.
};

constexpr std::int32_t kAlways = 2'000'000;  ///< A date that no simulation reaches.

/// What the simulation knows of a product beside its reference data; same index as it.
struct ProductTraits {
    std::uint8_t kind = 0;
    std::uint16_t supplier = 0;
    double base_price = 1;         ///< Pounds sterling.
    double popularity = 1;         ///< Factor on the kind's demand; 1 on average.
    double elasticity = 1.5;       ///< Demand falls with price to this power.
    std::int32_t born = -kAlways;  ///< First day on sale, a Monday.
    std::int32_t dies = kAlways;   ///< First day no longer on sale, a Monday.
};

struct Catalogue {
    std::vector<retail::Product> products;
    std::vector<ProductTraits> traits;
    std::vector<Supplier> suppliers;
};

/// `products` of them, of every kind by its share; some are born within `days` of `first_date`, and
/// in the long run every one dies.
[[nodiscard]] Catalogue make_catalogue(std::uint64_t seed, std::uint32_t products,
                                       std::int32_t first_date, std::uint32_t days);

/// `count` picks among at most 256 things, so that each has its share of any beginning.
[[nodiscard]] std::vector<std::uint8_t> spread(std::span<const double> shares, std::uint32_t count);

/// An amount as a shop would write it on a shelf, in ten-thousandths: 2.99, 14.49, 189.00.
[[nodiscard]] std::int64_t price_point(double amount) noexcept;

}  // namespace shelfcast::synthetic
