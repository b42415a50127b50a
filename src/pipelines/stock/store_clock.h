#pragma once

/// \file pipelines/stock/store_clock.h
/// What the clock in a store says. Pure.

#include <cstdint>

#include "retail/time_zone.h"

namespace shelfcast::stock {

struct LocalNow {
    std::int32_t date = 0;  ///< Days since 1970-01-01.
    double hour = 0;        ///< 0 to below 24.
};

[[nodiscard]] inline LocalNow local_now(const retail::TimeZone& zone, std::int64_t now_us) {
    constexpr std::int64_t kDayMs = 86'400'000;
    constexpr double kHourMs = 3'600'000;
    const std::int64_t local_ms = now_us / 1000 + zone.offset_s(now_us / 1000) * 1000;
    return {static_cast<std::int32_t>(local_ms / kDayMs),
            static_cast<double>(local_ms % kDayMs) / kHourMs};
}

}  // namespace shelfcast::stock
