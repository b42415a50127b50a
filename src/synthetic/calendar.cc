#include "synthetic/calendar.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "retail/time_zone.h"
#include "synthetic/random.h"

namespace shelfcast::synthetic {
namespace {

constexpr std::int32_t floor_divide(std::int32_t value, std::int32_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

/// Easter Sunday of the western churches (Meeus, Jones and Butcher's algorithm).
std::int32_t easter(int year) noexcept {
    const int golden = year % 19;
    const int century = year / 100;
    const int rest = year % 100;
    const int moon =
        (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    const int sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7;
    const int late = (golden + 11 * moon + 22 * sunday) / 451;
    const int days = moon + sunday - 7 * late + 114;
    return retail::days_from_civil(year, static_cast<unsigned>(days / 31),
                                   static_cast<unsigned>(days % 31 + 1));
}

struct FixedHoliday {
    std::string_view country;  ///< Empty: all.
    unsigned month;
    unsigned day;
};

constexpr std::array kFixedHolidays = {
    FixedHoliday{"", 1, 1},
    FixedHoliday{"", 12, 25},
    FixedHoliday{"United Kingdom", 12, 26},
    FixedHoliday{"Ireland", 3, 17},
    FixedHoliday{"Ireland", 12, 26},
    FixedHoliday{"France", 5, 1},
    FixedHoliday{"France", 7, 14},
    FixedHoliday{"France", 11, 11},
    FixedHoliday{"Germany", 5, 1},
    FixedHoliday{"Germany", 10, 3},
    FixedHoliday{"Germany", 12, 26},
    FixedHoliday{"Spain", 1, 6},
    FixedHoliday{"Spain", 10, 12},
    FixedHoliday{"Spain", 12, 6},
    FixedHoliday{"Netherlands", 4, 27},
    FixedHoliday{"Netherlands", 12, 26},
    FixedHoliday{"Poland", 5, 1},
    FixedHoliday{"Poland", 5, 3},
    FixedHoliday{"Poland", 11, 11},
    FixedHoliday{"Poland", 12, 26},
    FixedHoliday{"Sweden", 6, 6},
    FixedHoliday{"Sweden", 12, 26},
    FixedHoliday{"United States", 7, 4},
};

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

bool is_holiday(std::string_view country, std::int32_t date) noexcept {
    const retail::CivilDate civil = retail::civil_from_days(date);
    const bool is_fixed = std::ranges::any_of(kFixedHolidays, [&](const FixedHoliday& holiday) {
        return holiday.month == civil.month && holiday.day == civil.day &&
               (holiday.country.empty() || holiday.country == country);
    });
    if (is_fixed) {
        return true;
    }
    if (country == "United States") {
        // Thanksgiving: the fourth Thursday of November.
        return civil.month == 11 && weekday_of(date) == 3 && (civil.day - 1) / 7 == 3;
    }
    return date == easter(civil.year) + 1;
}

double holiday_lift(std::string_view country, std::int32_t date) noexcept {
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
