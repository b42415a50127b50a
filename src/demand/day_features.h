#pragma once

/// \file demand/day_features.h
/// What may be known of a series before a day begins, as figures of the feature store: past sales,
/// calendar, price and promotion in force, stock, what surrounds it. Point-in-time correct: nothing
/// of the day itself or later is looked at but the calendar. Plain values.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "demand/daily_panel.h"

namespace shelfcast::demand {

/// Changes when a figure does: rows of different versions are not compared.
inline constexpr std::uint32_t kDayFeaturesVersion = 1;

/// In the order of DayFeatures::of(); columns of the table features of the same names.
inline constexpr std::array<std::string_view, 34> kDayFeatureNames = {"units_lag_1",
                                                                      "units_lag_7",
                                                                      "units_lag_14",
                                                                      "units_lag_28",
                                                                      "units_lag_30",
                                                                      "units_lag_90",
                                                                      "units_mean_7",
                                                                      "units_mean_14",
                                                                      "units_mean_28",
                                                                      "units_mean_30",
                                                                      "units_mean_90",
                                                                      "units_std_dev_7",
                                                                      "units_std_dev_14",
                                                                      "units_std_dev_28",
                                                                      "units_std_dev_30",
                                                                      "units_std_dev_90",
                                                                      "same_weekday_mean_4",
                                                                      "same_weekday_mean_8",
                                                                      "day_of_week",
                                                                      "day_of_month",
                                                                      "week_of_year",
                                                                      "month",
                                                                      "is_weekend",
                                                                      "is_holiday",
                                                                      "days_to_holiday",
                                                                      "days_since_holiday",
                                                                      "price",
                                                                      "relative_price",
                                                                      "is_promotion",
                                                                      "stock_out_hours_lag_1",
                                                                      "stock_out_hours_mean_7",
                                                                      "category_mean_28",
                                                                      "store_mean_28",
                                                                      "age_days"};

using DayFeatureValues = std::array<float, kDayFeatureNames.size()>;  ///< kUnknown: not known.

/// Of one date; the panel must outlive it.
class DayFeatures {
public:
    /// `date`: the day that the features are for, days since 1970-01-01.
    DayFeatures(const DailyPanel& panel, std::int32_t date);

    /// Of a series that began before the date.
    [[nodiscard]] DayFeatureValues of(const PanelSeries& series) const;

private:
    struct Around {
        double units = 0;   ///< Of the last 28 days.
        double prices = 0;  ///< Sum of the prices in force.
        std::size_t priced = 0;
    };

    const DailyPanel& panel_;
    std::int32_t date_;
    std::map<std::uint32_t, Around> stores_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Around> categories_;  ///< Store and category.
};

}  // namespace shelfcast::demand
