#pragma once

/// \file demand/accuracy.h
/// How far forecasts were from what was sold. Pure.
///
/// Sources: WRMSSE as in the M5 competition (Makridakis, Spiliotis, Assimakopoulos 2022), at its
/// lowest level only; WQL and pinball loss: Koenker and Bassett (1978), Gneiting and Raftery
/// (2007).

#include <cstddef>
#include <span>
#include <vector>

namespace shelfcast::demand {

/// Days of one series from one cut-off. All spans have one value per day; units, 0 or more.
struct ForecastWindow {
    std::size_t cutoff = 0;          ///< Windows with the same number share weights that sum to 1.
    std::span<const float> history;  ///< Units up to the cut-off; unknown days are left out.
    double weight = 0;               ///< What it counts for in WRMSSE: its turnover of 28 days.
    std::span<const float> sold;
    std::span<const float> forecast;
    /// Quantiles at .025, .1, .9 and .975; all empty where there are none.
    std::span<const float> lower_95;
    std::span<const float> lower_80;
    std::span<const float> upper_80;
    std::span<const float> upper_95;
};

/// kUnknown where a measure has nothing to divide by.
struct Accuracy {
    std::size_t days = 0;
    double mean_absolute_error = 0;
    double rmse = 0;
    double r2 = 0;    ///< Share of the variance of what was sold that is explained.
    double mape = 0;  ///< Of days with sales.
    double wmape = 0;
    double wmape_total = 0;  ///< Of each window's sum: what a reorder uses.
    double bias = 0;         ///< Over what was sold; above 0: too much forecast.
    double rmsse = 0;        ///< Plain mean over windows.
    double wrmsse = 0;       ///< Weighted within a cut-off, mean over cut-offs.
    double wql = 0;          ///< Mean over the four quantiles of 2 x pinball loss / units sold.
    double coverage_80 = 0;
    double coverage_95 = 0;
};

[[nodiscard]] Accuracy measure_accuracy(std::span<const ForecastWindow> windows);

/// Root of the mean square of day-to-day differences from the first sale on; kUnknown for less than
/// two days or when nothing changes.
[[nodiscard]] double naive_scale(std::span<const float> history);

}  // namespace shelfcast::demand
