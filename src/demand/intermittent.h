#pragma once

/// \file demand/intermittent.h
/// Forecasts for goods that sell on few days: Croston, SBA and TSB. Plain values.
///
/// Sources: Croston, Forecasting and stock control for intermittent demands, Operational Research
/// Quarterly 23 (1972); Syntetos and Boylan, The accuracy of intermittent demand estimates,
/// International Journal of Forecasting 21 (2005); Teunter, Syntetos and Babai, Intermittent
/// demand: linking forecasting to inventory obsolescence, European Journal of Operational Research
/// 214 (2011).

#include <cstdint>
#include <span>
#include <vector>

namespace shelfcast::demand {

enum class IntermittentMethod : std::uint8_t {
    kCroston,  ///< Size / interval, both smoothed when something is sold.
    kSba,      ///< Croston's, less its bias: times 1 - smoothing_size / 2.
    kTsb,      ///< Size x chance of a sale, which is smoothed every day.
};

/// Above 0 to 1 each: the weight of the newest.
struct IntermittentSmoothing {
    double size = 0.1;                     ///< Of a sale's size; Croston and SBA: the interval too.
    double interval_or_probability = 0.1;  ///< TSB's chance of a sale.
};

/// What is known after a day. All 0 before the first sale.
struct IntermittentState {
    double size_units = 0;              ///< Smoothed size of a sale.
    double interval_days = 0;           ///< Smoothed days from sale to sale; TSB: 1 / chance.
    double probability = 0;             ///< Smoothed chance of a sale; Croston: 1 / interval.
    double forecast_units_per_day = 0;  ///< For every day to come.
};

/// One state a day of the history (units, 0 or more). The first sale starts the size, and its
/// position, counted from 1, the interval.
[[nodiscard]] std::vector<IntermittentState> smooth_intermittent(
    std::span<const double> demand_history_units, IntermittentMethod method,
    const IntermittentSmoothing& smoothing);

}  // namespace shelfcast::demand
