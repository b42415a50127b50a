#pragma once

/// \file demand/held_back.h
/// Forecasts of days that were held back from training, beside what was sold: what blends and
/// intervals are chosen by. Plain values.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "demand/series_models.h"

namespace shelfcast::demand {

/// Probabilities that the trees are trained for; ascending. The middle one is the median.
inline constexpr std::array<double, 7> kHeadLevels = {0.025, 0.1, 0.3, 0.5, 0.7, 0.9, 0.975};
inline constexpr std::size_t kMedianHead = 3;

/// Units of some days of series, each day with one place in every column.
struct HeadForecasts {
    std::vector<double> mean;     ///< Of the trees.
    std::vector<double> density;  ///< Of the series: 0, sales are rare, to 1, daily.
    std::array<std::vector<double>, kSeriesModels> models;  ///< By SeriesModel.
    std::array<std::vector<double>, kHeadLevels.size()> quantiles;

    [[nodiscard]] std::size_t days() const noexcept { return mean.size(); }
    void resize(std::size_t days);
};

struct HeldBack {
    /// Days of one series from one origin.
    struct Window {
        std::size_t begin = 0;
        std::size_t days = 0;
        double mean_price = 0;  ///< 0: no price is known.
        std::int32_t origin = 0;
    };
    HeadForecasts forecasts;
    std::vector<double> units;  ///< Sold.
    std::vector<Window> windows;
};

/// Sorts away crossings: each quantile at least the one below it, none below 0.
void straighten(HeadForecasts& forecasts);

/// The quantile at probability `tau` of one day, interpolated between heads; tau within their
/// range.
[[nodiscard]] double quantile_at(const HeadForecasts& forecasts, std::size_t day, double tau);

}  // namespace shelfcast::demand
