#pragma once

/// \file detection/store_history.h
/// What each store sold, hour by hour of its own clock, over the weeks that detectors compare with.
/// One owner, not thread safe.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/ids.h"

namespace shelfcast::detection {

inline constexpr std::int32_t kHistoryDays = 56;
inline constexpr std::int32_t kWeekDays = 7;

/// Receipt lines of a store's day, by clock hour.
struct StoreDay {
    std::array<double, 24> sales{};
    double all = 0;
    double returns = 0;
};

/// Where a store's clock stands.
struct StoreClock {
    StoreId store;
    std::string country;           ///< Stores of one live the same holidays and offers.
    std::int32_t date = 0;         ///< Its business date.
    double hour = 0;               ///< As it shows, with a fraction.
    std::int64_t now_ms = 0;       ///< UTC.
    std::int64_t midnight_ms = 0;  ///< UTC, of that date; hours that do not exist aside.
    bool holiday = false;
};

using Weekdays = std::array<std::optional<double>, kHistoryDays / kWeekDays>;

class StoreHistory {
public:
    /// Adds lines; hours may come in any order and more than once.
    void add(StoreId store, std::int32_t date, int hour, double sales, double returns);
    /// Forgets days before that date.
    void forget_before(std::int32_t date);
    /// Forgets days from that date on.
    void forget_from(std::int32_t date);

    /// Nullptr: nothing was sold on that day.
    [[nodiscard]] const StoreDay* day(StoreId store, std::int32_t date) const;
    /// Sale lines of a day until `hour` (with a fraction: a share of that clock hour's).
    [[nodiscard]] double sales_until(StoreId store, std::int32_t date, double hour) const;
    /// Sale lines of the days from `first` to `last`.
    [[nodiscard]] double sales_between(StoreId store, std::int32_t first, std::int32_t last) const;
    /// Lines until that hour on the same weekday of the 8 weeks before, the latest first; nothing
    /// for a day without trade.
    [[nodiscard]] Weekdays same_weekdays_until(StoreId store, std::int32_t date, double hour) const;
    /// How many lines come together, baskets being what customers are: variance over mean of an
    /// hour's lines from week to week, of the median hour before that date; `least` if that is
    /// more, or too few hours are known.
    [[nodiscard]] double lines_together(StoreId store, std::int32_t date, double least) const;

private:
    std::map<StoreId, std::map<std::int32_t, StoreDay>> stores_;
};

}  // namespace shelfcast::detection
