#pragma once

/// \file demand/point_blend.h
/// One number per day out of three forecasts: the trees' mean, their quantile at one probability
/// for every series, and a model of the series alone. Pure.
///
/// Squared errors are least at the mean, absolute ones at the median, which lies far below the
/// mean of skewed demand. Under a budget on the sum, the quantile at the same probability
/// everywhere has the least absolute error: series that sell daily lean to it. Its sum is that of
/// the means, not that of what was sold: a shock that all series shared in the days held back must
/// not be copied into the future.
///
/// Series that sell on nearly every day and those that do so rarely are two segments: each has the
/// model of its own and the weights that did best on the days held back.

#include <array>
#include <cstddef>
#include <cstdint>

#include "demand/held_back.h"
#include "demand/series_models.h"

namespace shelfcast::demand {

enum class Segment : std::uint8_t {
    kRegular,       ///< A sale on more than three days of four.
    kIntermittent,  ///< The others.
};
inline constexpr std::size_t kSegments = 2;

/// Of a day with that density (HeadForecasts).
[[nodiscard]] inline Segment segment_of(double density) {
    return density > 0 ? Segment::kRegular : Segment::kIntermittent;
}

struct SegmentBlend {
    SeriesModel model = SeriesModel::kSteadyLevel;
    double model_weight = 0.3;     ///< The rest is the trees'.
    double quantile_weight = 0.5;  ///< How far the trees' mean goes to their quantile, by density.
};

struct PointBlend {
    std::array<SegmentBlend, kSegments> segments{};
    double tau = 0.55;  ///< Probability of the quantile.

    [[nodiscard]] const SegmentBlend& of(double density) const {
        return segments[static_cast<std::size_t>(segment_of(density))];
    }
};

/// By days held back, per segment: models and weights on a grid, the mean of three errors relative
/// to the mean's own (absolute, root of squares per series weighted by price, total per window),
/// with a small price on leaving the steady level and the usual weights, .3 and .5, because few
/// weeks decide. With `weigh` false only the mean counts. A segment without days, or without sales
/// on them, keeps the defaults.
[[nodiscard]] PointBlend choose_point_blend(const HeldBack& held_back, bool weigh);

/// The blended number of one day; 0 or more.
[[nodiscard]] double blended_point(const PointBlend& blend, const HeadForecasts& forecasts,
                                   std::size_t day);

/// The blended mean of one day: without the quantile. 0 or more.
[[nodiscard]] double blended_mean(const PointBlend& blend, const HeadForecasts& forecasts,
                                  std::size_t day);

}  // namespace shelfcast::demand
