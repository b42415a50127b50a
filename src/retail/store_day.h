#pragma once

/// \file retail/store_day.h
/// What people say of single days of a store beside its sales: reference data. Plain data.

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"

namespace shelfcast::retail {

/// What draws customers to a store on a day, or keeps them away: a match, a fair, a closed road.
struct LocalEvent {
    StoreId store{0};       ///< 0: every store that has no row of its own for the date.
    std::int32_t date = 0;  ///< Business date, days since 1970-01-01.
    std::string name;       ///< Empty: there is none. So is taken back what was said before.
    bool operator==(const LocalEvent&) const = default;
};

/// The weather of a day where a store is, as foreseen or as it was.
struct DayWeather {
    StoreId store;
    std::int32_t date = 0;  ///< Business date, days since 1970-01-01.
    std::optional<std::int32_t> temperature_centidegrees;  ///< Celsius, mean of the day.
    std::optional<std::int32_t> precipitation_hundredths_mm;
    /// When these figures were first given, UTC: before the day is over they are a forecast.
    std::int64_t given_at_us = 0;
    bool operator==(const DayWeather&) const = default;
};

}  // namespace shelfcast::retail
