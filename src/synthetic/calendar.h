#pragma once

/// \file synthetic/calendar.h
/// Holidays, seasons, weather and the rhythm of week and day, as the synthetic chain lives them.
/// Pure, thread safe.

#include <array>
#include <cstdint>
#include <string_view>

namespace shelfcast::synthetic {

/// Monday 0 … Sunday 6.
[[nodiscard]] int weekday_of(std::int32_t date) noexcept;
/// Weeks begin on Mondays; week 0 holds 1970-01-01.
[[nodiscard]] std::int32_t week_of(std::int32_t date) noexcept;
[[nodiscard]] std::int32_t monday_of(std::int32_t week) noexcept;

/// Whether that country ("Germany") has a public holiday on that date (retail/holidays.h says which
/// years are known).
[[nodiscard]] bool is_holiday(std::string_view country, std::int32_t date);

/// How much more is bought because of holidays ahead or on that date; 1 on a plain day.
[[nodiscard]] double holiday_lift(std::string_view country, std::int32_t date);

/// Weekday of a store that is open all week, 1 on average.
inline constexpr std::array<double, 7> kWeekdayShape = {0.84, 0.84, 0.90, 0.96, 1.18, 1.42, 0.86};

/// How busy the clock hour `hour` is; weekends begin later and peak at noon.
[[nodiscard]] double hour_shape(int hour, bool weekend) noexcept;

/// When a store trades on a day, in local clock hours.
struct OpeningHours {
    int opens = 0;
    int closes = 0;  ///< Equal to `opens`: closed all day.
    [[nodiscard]] bool open() const noexcept { return closes > opens; }
};

struct Weather {
    double warmer_c = 0;  ///< Above what is usual at that time of year.
    bool rain = false;
};

/// The weather at a place on a date: seeded, and a day resembles the one before.
[[nodiscard]] Weather weather_at(std::uint64_t seed, std::uint32_t place,
                                 std::int32_t date) noexcept;

/// How a kind of goods lives through the year: 1 on average but for December.
struct Season {
    double swing = 0;     ///< Of a sine over the year, 0 to 1.
    int peak_day = 0;     ///< Day of the year on which it is highest (northern half).
    double december = 0;  ///< Extra share in the weeks before Christmas.
};
[[nodiscard]] double season_at(const Season& season, std::int32_t date) noexcept;

}  // namespace shelfcast::synthetic
