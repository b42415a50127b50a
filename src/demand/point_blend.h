#pragma once

/// \file demand/point_blend.h
/// One number per day out of three forecasts: the trees' mean, their quantile at one probability
/// for every series, and the statistical mean. Pure.
///
/// Squared errors are least at the mean, absolute ones at the median, which lies far below the
/// mean of skewed demand. Under a budget on the sum, the quantile at the same probability
/// everywhere has the least absolute error: the blend trades between both, and its sum stays at a
/// stated share of the mean's. The sum is measured against the mean's, not against what was sold:
/// a shock that all series shared in the days held back must not be copied into the future.

#include "demand/held_back.h"

namespace shelfcast::demand {

struct PointBlend {
    double statistical_weight = 0.2;
    double quantile_weight = 0.5;  ///< The rest is the mean's.
    double tau = 0.55;             ///< Probability of the quantile.
    double scale = 1;
    double statistical_scale = 1;  ///< Brings the statistical forecasts to the sum of the means.
    double budget = 0.94;          ///< Share of the mean's sum.
};

/// By days held back: weights on a grid, the mean of three errors relative to the mean's own
/// (absolute, root of squares per series weighted by price, total per window). With `weigh` false
/// only the mean counts. Without days, or sales on them: the defaults of PointBlend.
[[nodiscard]] PointBlend choose_point_blend(const HeldBack& held_back, bool weigh);

/// The blended number of one day; 0 or more.
[[nodiscard]] double blended_point(const PointBlend& blend, const HeadForecasts& forecasts,
                                   std::size_t day);

/// The blended mean of one day: without the quantile and the budget. 0 or more.
[[nodiscard]] double blended_mean(const PointBlend& blend, const HeadForecasts& forecasts,
                                  std::size_t day);

}  // namespace shelfcast::demand
