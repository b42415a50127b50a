#include "pipelines/forecast/shape_search.h"

#include <gtest/gtest.h>

#include <vector>

namespace shelfcast::forecast {
namespace {

/// Held back days on which trees of a shape are off by a share of what was sold.
demand::HeldBack off_by(double share) {
    demand::HeldBack out;
    out.forecasts.resize(10);
    out.units.assign(10, 100);
    out.forecasts.mean.assign(10, 100 * (1 + share));
    for (std::vector<double>& quantile : out.forecasts.quantiles) {
        quantile.assign(10, 100 * (1 + share));
    }
    return out;
}

bool always() { return true; }

TEST(ShapeSearch, WhatIsBetterByAHundredthStaysAndTheNextStepsBuildOnIt) {
    const auto hold_out = [](const TreeShape& shape) -> Result<demand::HeldBack> {
        return off_by(0.2 - (shape.leaves == 24 ? 0.05 : 0) -
                      (shape.tweedie_power == 1.1 ? 0.05 : 0));
    };
    const auto found = find_shape({}, hold_out, always);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->shape.leaves, 24U);
    EXPECT_EQ(found->shape.tweedie_power, 1.1);
    EXPECT_EQ(found->shape.min_rows_in_leaf, TreeShape{}.min_rows_in_leaf);
    EXPECT_NEAR(found->held_back.forecasts.mean.front(), 110, 1e-9);
    ASSERT_EQ(found->remarks.size(), 2U);
    EXPECT_EQ(found->remarks.front(), "24 leaves: 25.0 % less error on the days held back");
}

TEST(ShapeSearch, LessThanAHundredthChangesNothing) {
    const auto hold_out = [](const TreeShape& shape) -> Result<demand::HeldBack> {
        return off_by(shape == TreeShape{} ? 0.2 : 0.199);
    };
    const auto found = find_shape({}, hold_out, always);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->shape, TreeShape{});
    EXPECT_EQ(found->remarks.back(),
              "the usual hyper-parameters stay: none of 7 others was a hundredth better");
}

TEST(ShapeSearch, WithoutTimeTheUsualOneIsTrainedAlone) {
    int trained = 0;
    const auto hold_out = [&](const TreeShape&) -> Result<demand::HeldBack> {
        ++trained;
        return off_by(0.2);
    };
    ASSERT_TRUE(find_shape({}, hold_out, {}));
    EXPECT_EQ(trained, 1);
    int asked = 0;
    const auto found = find_shape({}, hold_out, [&] { return ++asked <= 2; });
    ASSERT_TRUE(found);
    EXPECT_EQ(trained, 1 + 1 + 2);
    EXPECT_EQ(found->remarks.front(), "the search ended at its time after 2 of 7 steps");
}

TEST(ShapeSearch, AFailureOfTheLearnerIsHandedOn) {
    const auto found = find_shape(
        {},
        [](const TreeShape& shape) -> Result<demand::HeldBack> {
            if (shape.leaves == 8) {
                return fail(ErrorKind::kUnavailable, "stopped");
            }
            return off_by(0.2);
        },
        always);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().message, "stopped");
}

}  // namespace
}  // namespace shelfcast::forecast
