#include "detection/drift.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace shelfcast::detection {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

TEST(Drift, EqualBinsOfValuesThatDiffer) {
    std::vector<float> values;
    for (int value = 0; value < 100; ++value) {
        values.push_back(static_cast<float>(value));
    }
    const Profile profile = profile_of("units_lag_1", values);
    EXPECT_EQ(profile.edges.size(), 9U);
    ASSERT_EQ(profile.shares.size(), 11U);
    for (std::size_t bin = 0; bin < 10; ++bin) {
        EXPECT_NEAR(profile.shares[bin], 0.1, 0.011) << bin;
    }
    EXPECT_EQ(profile.shares[10], 0);
    EXPECT_EQ(stability_index(profile.shares, shares_in(profile, values)), 0);
}

// Siddiqi's formula by hand: (0.3 - 0.5) ln 0.6 + (0.7 - 0.5) ln 1.4.
TEST(Drift, TheIndexByHand) {
    const std::vector<double> then = {0.5, 0.5};
    const std::vector<double> now = {0.3, 0.7};
    EXPECT_NEAR(stability_index(then, now), -0.2 * std::log(0.6) + 0.2 * std::log(1.4), 1e-12);
}

TEST(Drift, ABinThatEmptiesIsStrongDrift) {
    const std::vector<double> then = {0.5, 0.5};
    const std::vector<double> now = {0, 1};
    EXPECT_GT(stability_index(then, now), kStrongDrift);
    EXPECT_TRUE(std::isfinite(stability_index(then, now)));
}

TEST(Drift, RepeatedAndMissingValuesHaveBinsOfTheirOwn) {
    const std::vector<float> values = {0, 0, 0, 0, 0, 0, 5, 5, kMissing, kMissing};
    const Profile profile = profile_of("stock_out_hours", values);
    ASSERT_EQ(profile.edges, std::vector<double>{0});
    EXPECT_EQ(profile.shares, (std::vector<double>{0.6, 0.2, 0.2}));
    const std::vector<float> later = {7, -1, 0, kMissing};
    EXPECT_EQ(shares_in(profile, later), (std::vector<double>{0.5, 0.25, 0.25}));
}

TEST(Drift, NothingButMissingValues) {
    const std::vector<float> values = {kMissing};
    const Profile profile = profile_of("temperature", values);
    EXPECT_TRUE(profile.edges.empty());
    EXPECT_EQ(profile.shares, (std::vector<double>{0, 1}));
    EXPECT_EQ(profile_of("none", {}).shares, (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace shelfcast::detection
