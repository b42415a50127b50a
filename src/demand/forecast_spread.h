#pragma once

/// \file demand/forecast_spread.h
/// How far demand is from its forecast, of a day and of a stretch of days together, from forecasts
/// that were made in the past and what came. Plain values.
///
/// Both by the law of Taylor, variance = factor * mean^power (Nature 189, 1961), fitted over the
/// series by least squares of logarithms; each series keeps its own ratio to it, drawn towards that
/// of all as if those were so many more errors of its own (a plain empirical Bayes estimate). The
/// variance of a stretch is not the sum of its days': a level that is wrong is wrong on all of
/// them.

#include <cstddef>
#include <span>
#include <vector>

namespace shelfcast::demand {

/// One stretch of days that was forecast, and what came, for all series: of series s and day d
/// s * days + d. Actual NaN: not known.
struct PastForecast {
    std::size_t days = 0;
    std::vector<float> mean_units;
    std::vector<float> actual_units;
};

struct SpreadOptions {
    double pooled_days = 60;      ///< Days that all series count for in a series' own ratio.
    double pooled_stretches = 8;  ///< The same for stretches.
};

/// Variance of a number of units with that mean.
struct VarianceLaw {
    double factor = 1;
    double power = 1;
    std::vector<double> ratio;  ///< Of each series to the law.

    [[nodiscard]] double variance(std::size_t series, double mean_units) const;
};

struct ForecastSpread {
    VarianceLaw day;
    VarianceLaw stretch;  ///< Of the sum of such a stretch.
};

/// Without any past all variances are those of counts by chance alone.
[[nodiscard]] ForecastSpread spread_of(std::span<const PastForecast> past, std::size_t series,
                                       const SpreadOptions& options);

}  // namespace shelfcast::demand
