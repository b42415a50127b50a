#include "demand/interval_calibration.h"

#include <gtest/gtest.h>

#include <array>

namespace shelfcast::demand {
namespace {

constexpr std::size_t kDays = 1'000;
constexpr std::size_t kLow80 = 1;

using Quantiles = std::array<double, kHeadLevels.size()>;

constexpr Quantiles kDense = {10, 14, 26, 30, 34, 38, 40};
/// Half of the days are without a sale.
constexpr Quantiles kSparse = {0, 0, 0, 1, 4, 8, 10};

bool is_sparse(std::size_t day) { return day % 5 < 3; }

void put(HeldBack& to, const Quantiles& quantiles, double mean, double units) {
    to.forecasts.mean.push_back(mean);
    to.forecasts.density.push_back(1);
    for (std::vector<double>& model : to.forecasts.models) {
        model.push_back(mean);
    }
    for (std::size_t head = 0; head < quantiles.size(); ++head) {
        to.forecasts.quantiles[head].push_back(quantiles[head]);
    }
    to.windows.push_back({.begin = to.units.size(), .days = 1, .mean_price = 1, .origin = 0});
    to.units.push_back(units);
}

/// Three sparse days to two dense ones; the dense ones' lower end is forecast twice as far below
/// the median as it lies.
HeldBack sparse_and_dense() {
    HeldBack out;
    for (std::size_t day = 0; day < kDays; ++day) {
        const std::size_t round = day / 5;
        if (is_sparse(day)) {
            put(out, kSparse, 2.5, round % 2 == 0 ? 0.0 : 1.0 + static_cast<double>(round % 9));
        } else {
            put(out, kDense, 29.5, 20.0 + static_cast<double>(round % 20));
        }
    }
    return out;
}

TEST(IntervalCalibration, AnEndAtZeroStaysThereWhileOthersAreDrawnIn) {
    HeldBack held_back = sparse_and_dense();
    const IntervalCalibration chosen = choose_calibration(held_back);
    // The dense days ask for a higher lower end. Half of that would put the sparse days' end at a
    // fraction of their median and every day without sales outside.
    EXPECT_NEAR(chosen.stretch[kLow80], 0.75, 0.03);
    EXPECT_EQ(chosen.zero_exit, 0);
    calibrate(chosen, held_back.forecasts);
    for (std::size_t day = 0; day < kDays; ++day) {
        if (is_sparse(day)) {
            ASSERT_EQ(held_back.forecasts.quantiles[kLow80][day], 0) << "day " << day;
        } else {
            ASSERT_GT(held_back.forecasts.quantiles[kLow80][day], kDense[kLow80]) << "day " << day;
        }
    }
    EXPECT_GT(covered_share(held_back, 1, 5), 0.8);
}

TEST(IntervalCalibration, ZeroLiesOutsideWhereItIsUnlikelyEnough) {
    HeldBack held_back;
    put(held_back, {0, 0, 1, 2, 3, 4, 5}, 2, 0);
    put(held_back, kSparse, 2.5, 0);
    IntervalCalibration with;
    with.zero_exit = 0;
    calibrate(with, held_back.forecasts);
    EXPECT_GT(held_back.forecasts.quantiles[kLow80][0], 0);
    EXPECT_LT(held_back.forecasts.quantiles[kLow80][0], 1);
    EXPECT_EQ(held_back.forecasts.quantiles[kLow80][1], 0);
    EXPECT_EQ(covered_share(held_back, 1, 5), 0.5);
}

TEST(IntervalCalibration, WithoutDaysNothingIsStretched) {
    const IntervalCalibration chosen = choose_calibration({});
    for (const double factor : chosen.stretch) {
        EXPECT_EQ(factor, 1);
    }
    EXPECT_EQ(chosen.zero_exit, IntervalCalibration::kNoZeroExit);
}

}  // namespace
}  // namespace shelfcast::demand
