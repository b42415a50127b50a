#pragma once

/// \file demand/store_shape.h
/// How a store's sales spread over the week and over the hours of a day. Plain values.

#include <array>
#include <cstdint>
#include <span>

namespace shelfcast::demand {

/// What a store sold in one hour of its clock on one weekday, over a stretch of past dates.
struct WeekHour {
    int weekday = 1;  ///< 1: Monday.
    int hour = 0;     ///< 0 to 23, the store's clock.
    double sales = 0;
};

class StoreShape {
public:
    /// `dates_of`: how many of the past dates were that weekday, Monday first, open or not.
    /// `open_days`: on how many of them anything was sold.
    [[nodiscard]] static StoreShape of(std::span<const WeekHour> sales,
                                       const std::array<int, 7>& dates_of, int open_days);

    /// What is sold on such a weekday, in days: 1 is the average open day, 0 a day when it is shut.
    [[nodiscard]] double days_worth(int weekday) const;
    /// The share of a day's sales that comes at or after that time of day.
    [[nodiscard]] double share_after(double hour) const;
    /// The share of a day's sales by the hour of the store's clock: 24, 1 in all.
    [[nodiscard]] std::span<const double> share_of_hour() const noexcept { return share_of_hour_; }

private:
    std::array<double, 7> days_worth_{};
    std::array<double, 24> share_of_hour_{};
};

/// Monday 1 to Sunday 7 of a date in days since 1970-01-01.
[[nodiscard]] int weekday_of(std::int32_t date) noexcept;

}  // namespace shelfcast::demand
