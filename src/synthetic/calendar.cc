#include "synthetic/calendar.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <vector>

#include "retail/holidays.h"
#include "retail/time_zone.h"
#include "synthetic/random.h"

namespace shelfcast::synthetic {
namespace {

constexpr std::int32_t floor_divide(std::int32_t value, std::int32_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

/// Sorted dates of each country's own holidays, by its English name.
const std::map<std::string_view, std::vector<std::uint16_t>>& holidays_by_country() {
    static const auto kDates = [] {
        std::map<std::string_view, std::vector<std::uint16_t>> dates;
        for (const retail::Holiday& holiday : retail::public_holidays()) {
            if (holiday.region.empty()) {
                dates[holiday.country_name].push_back(holiday.date);
            }
        }
        return dates;
    }();
    return kDates;
}

/// From 6 o'clock to midnight: lunch and the way home on weekdays, noon at weekends.
constexpr std::array<double, 18> kWeekdayHours = {0.2, 0.3, 0.5, 0.6, 0.7, 0.9, 1.2, 1.2, 1.0,
                                                  0.9, 1.0, 1.3, 1.4, 1.1, 0.8, 0.5, 0.3, 0.1};
constexpr std::array<double, 18> kWeekendHours = {0.1, 0.2, 0.4, 0.7, 1.0, 1.3, 1.4, 1.4, 1.3,
                                                  1.3, 1.2, 1.0, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1};

}  // namespace

int weekday_of(std::int32_t date) noexcept {
    const std::int32_t since_monday = date + 3;  // 1970-01-01 was a Thursday.
    return since_monday - floor_divide(since_monday, 7) * 7;
}

std::int32_t week_of(std::int32_t date) noexcept { return floor_divide(date + 3, 7); }

std::int32_t monday_of(std::int32_t week) noexcept { return week * 7 - 3; }

bool is_holiday(std::string_view country, std::int32_t date) {
    const auto& all = holidays_by_country();
    const auto dates = all.find(country);
    return dates != all.end() && std::ranges::binary_search(dates->second, date);
}

double holiday_lift(std::string_view country, std::int32_t date) {
    double lift = is_holiday(country, date) ? 0.75 : 1;
    constexpr std::array kDaysAhead = {1.28, 1.16, 1.06};
    for (std::size_t ahead = 0; ahead < kDaysAhead.size(); ++ahead) {
        if (is_holiday(country, date + 1 + static_cast<std::int32_t>(ahead))) {
            lift *= kDaysAhead[ahead];
            break;
        }
    }
    return lift;
}

double hour_shape(int hour, bool weekend) noexcept {
    constexpr int kFirstHour = 6;
    if (hour < kFirstHour || hour >= 24) {
        return 0;
    }
    const auto index = static_cast<std::size_t>(hour - kFirstHour);
    return weekend ? kWeekendHours[index] : kWeekdayHours[index];
}

Weather weather_at(std::uint64_t seed, std::uint32_t place, std::int32_t date) noexcept {
    // A moving average of independent days: alike from day to day, and any date can be asked for.
    constexpr std::array kMemory = {1.0, 0.8, 0.6, 0.4, 0.2};
    constexpr double kSpreadC = 3.4;
    double warmth = 0;
    double squares = 0;
    for (std::size_t back = 0; back < kMemory.size(); ++back) {
        const auto day = static_cast<std::uint64_t>(date - static_cast<std::int32_t>(back));
        Random random(mix({seed, 0x57EA, place, day}));
        warmth += kMemory[back] * random.normal();
        squares += kMemory[back] * kMemory[back];
    }
    constexpr double kRainyShare = 0.3;
    const std::uint64_t coin = mix({seed, 0x7A14, place, static_cast<std::uint64_t>(date)});
    return {.warmer_c = kSpreadC * warmth / std::sqrt(squares),
            .rain = unit_of(coin) < kRainyShare};
}

double season_at(const Season& season, std::int32_t date) noexcept {
    const retail::CivilDate civil = retail::civil_from_days(date);
    const std::int32_t new_year = retail::days_from_civil(civil.year, 1, 1);
    const double turn = 2 * std::numbers::pi * (date - new_year - season.peak_day) / 365.25;
    double level = 1 + season.swing * std::cos(turn);
    const std::int32_t to_christmas = retail::days_from_civil(civil.year, 12, 25) - date;
    constexpr std::int32_t kAdvent = 32;
    if (to_christmas >= 0 && to_christmas <= kAdvent) {
        level += season.december * (1.0 - 0.6 * to_christmas / kAdvent);
    }
    return level;
}

}  // namespace shelfcast::synthetic
