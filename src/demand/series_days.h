#pragma once

/// \file demand/series_days.h
/// One thing that is known of a series day by day: units, price, hours without stock, and what its
/// store's days are like. Borrows the panel. Pure.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "demand/daily_panel.h"

namespace shelfcast::demand {

class SeriesDays {
public:
    /// `source`: as a feature definition names it. The series need not be of the panel's own: one
    /// without days is a product that its store never sold.
    SeriesDays(const DailyPanel& panel, const PanelSeries& series, std::string_view source);

    /// kUnknown where it is not known.
    [[nodiscard]] float on(std::int32_t date) const;

    /// Known days of so many before a date, each `step` apart.
    [[nodiscard]] std::vector<double> before(std::int32_t date, std::int32_t days,
                                             std::int32_t step) const;
    /// The same; none where the series is younger.
    [[nodiscard]] std::vector<double> all_before(std::int32_t date, std::int32_t days,
                                                 std::int32_t step) const;
    /// The last known one; kUnknown: there is none.
    [[nodiscard]] double last_before(std::int32_t date) const;
    /// Days since the first known one; kUnknown: there is none.
    [[nodiscard]] double since_first_known(std::int32_t date) const;

private:
    enum class Source : std::uint8_t {
        kColumn,
        kStockOutHours,
        kHoliday,
        kLocalEvent,
        kTemperature,
        kPrecipitation,
    };
    [[nodiscard]] static Source source_of(std::string_view name);
    /// Of the store's date, whether the series was sold then or not.
    [[nodiscard]] bool is_of_store() const { return source_ > Source::kHoliday; }
    [[nodiscard]] float of_store(std::int32_t date) const;
    /// Without those that are an event alone.
    [[nodiscard]] float public_holiday(std::int32_t date, float holiday_or_event) const;

    const DailyPanel& panel_;
    const PanelSeries& series_;
    Source source_;
    const std::vector<float>* column_;       ///< Of the panel; none: there is none of that name.
    const StoreDays* store_days_ = nullptr;  ///< None: nothing was given.
};

}  // namespace shelfcast::demand
