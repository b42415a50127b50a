#include "detection/wording.h"

#include <fmt/format.h>

#include <cmath>

namespace shelfcast::detection {

std::string duration_words(std::int64_t duration_ms) {
    constexpr std::int64_t kMinuteMs = 60'000;
    constexpr std::int64_t kHourMinutes = 60;
    constexpr std::int64_t kDayMinutes = 24 * kHourMinutes;
    constexpr std::int64_t kFewDays = 2;
    const std::int64_t minutes = duration_ms / kMinuteMs;
    if (minutes < kHourMinutes) {
        return fmt::format("{} min", minutes);
    }
    if (minutes < kFewDays * kDayMinutes) {
        return fmt::format("{} h {} min", minutes / kHourMinutes, minutes % kHourMinutes);
    }
    return fmt::format("{} days", minutes / kDayMinutes);
}

std::string number_words(double value) {
    constexpr double kWhole = 9.95;
    return value >= kWhole || value == std::floor(value) ? fmt::format("{:.0f}", value)
                                                         : fmt::format("{:.1f}", value);
}

std::string ratio_words(double ratio) {
    return ratio >= 1 ? fmt::format("{:.1f} times", ratio)
                      : fmt::format("{:.0f} % of", 100 * ratio);
}

}  // namespace shelfcast::detection
