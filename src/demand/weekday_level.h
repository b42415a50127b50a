#pragma once

/// \file demand/weekday_level.h
/// The plainest forecast that serves: a level that forgets, times a weekday profile that leans on
/// that of all series where a series has few weeks. Plain values.
///
/// The level is the ratio of what was sold to what the profile says, both discounted by age: simple
/// exponential smoothing of deseasonalised demand that takes gaps (Hyndman, Athanasopoulos,
/// Forecasting: Principles and Practice, 3rd ed., 2021, ch. 8.1).

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace shelfcast::demand {

/// Demand of many series on the same calendar days. Of series s and day d: s * days + d.
struct DayMatrix {
    std::size_t series = 0;
    std::size_t days = 0;
    std::int32_t first_date = 0;  ///< Days since 1970-01-01.
    std::vector<float> units;     ///< 0 or more; NaN: not known.

    [[nodiscard]] float at(std::size_t of, std::size_t day) const { return units[of * days + day]; }
};

struct WeekdayLevelOptions {
    double forgotten_a_day = 0.05;  ///< Share of the level's memory that is lost each day; 0 to 1.
    double pooled_weeks = 6;        ///< Weeks that the profile of all series counts for.
    std::size_t profile_days = 56;  ///< The profile looks so far back.
};

struct WeekdayLevel {
    double level = 0;                 ///< Units on a day of weight 1.
    std::array<double, 7> weekday{};  ///< By days since first_date modulo 7; mean 1.
};

/// One per series, from the days before `end_day`. A series of unknown days only has level 0.
[[nodiscard]] std::vector<WeekdayLevel> weekday_levels(const DayMatrix& demand, std::size_t end_day,
                                                       const WeekdayLevelOptions& options);

}  // namespace shelfcast::demand
