#pragma once

/// \file synthetic/places.h
/// Where the synthetic chain trades: countries with their currency and shop hours, and cities as
/// they lie on the map. Immutable, thread safe.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "synthetic/calendar.h"

namespace shelfcast::synthetic {

struct Country {
    std::string_view name;
    std::string_view currency;  ///< ISO 4217.
    double rate = 1;            ///< Units of it that buy what one pound sterling does in the shop.
    OpeningHours weekday{9, 20};
    OpeningHours saturday{9, 20};
    OpeningHours sunday{11, 17};
};

[[nodiscard]] std::span<const Country> countries() noexcept;

struct City {
    std::string_view code;  ///< Three letters, unique.
    std::string_view name;
    std::string_view region;
    std::uint8_t country = 0;  ///< Index of countries().
    std::string_view time_zone;
    double latitude = 0;
    double longitude = 0;
    std::uint8_t weight = 1;  ///< Share of the chain's shops.
};

[[nodiscard]] std::span<const City> cities() noexcept;

/// A shop that every chain has. The first ten: shops in the United Kingdom, in one currency.
struct FoundingShop {
    std::uint8_t city;
    std::string_view street;
    std::string_view store_type;
    std::uint32_t square_footage;
    double latitude;
    double longitude;
    double size;  ///< How busy it is; 1: an average shop.
};

[[nodiscard]] std::span<const FoundingShop> founding_shops() noexcept;

}  // namespace shelfcast::synthetic
