#pragma once

/// \file demand/interval_calibration.h
/// Stretches quantiles about the median until they hold what they say on days held back. Pure.
///
/// Per head one factor: the one with the least pinball loss at its level; then the outer pairs are
/// moved until the share of days inside (ends included) is right: conformal calibration (Romano,
/// Patterson, Candes: Conformalized quantile regression, 2019) with a factor in place of an added
/// term, because series differ in size. What all series had in common on the days of an origin (a
/// hot week) is taken out first, because it says nothing of the next week; and half of each factor
/// is believed. A quantile at zero stays at zero, whatever the factor.

#include <array>

#include "demand/held_back.h"

namespace shelfcast::demand {

struct IntervalCalibration {
    std::array<double, kHeadLevels.size()> stretch{1, 1, 1, 1, 1, 1, 1};
    /// Where the quantile at .3 is above 0 and at least so many medians, the one at .1 is a little
    /// above 0 too, so that a day without sales lies outside the 80 % interval: among intermittent
    /// series too many intervals begin at 0 and hold everything. kNoZeroExit: nowhere.
    double zero_exit = kNoZeroExit;
    static constexpr double kNoZeroExit = 9;
};

/// Without days: every factor 1.
[[nodiscard]] IntervalCalibration choose_calibration(const HeldBack& held_back);

/// Stretches in place and straightens.
void calibrate(const IntervalCalibration& calibration, HeadForecasts& forecasts);

/// Share of days whose units lie between the quantiles of two heads, ends included.
[[nodiscard]] double covered_share(const HeldBack& held_back, std::size_t low_head,
                                   std::size_t high_head);

/// Quantile loss of one day (Koenker, Bassett 1978).
[[nodiscard]] constexpr double pinball_loss(double units, double quantile, double level) noexcept {
    const double gap = units - quantile;
    return gap >= 0 ? level * gap : (level - 1) * gap;
}

}  // namespace shelfcast::demand
