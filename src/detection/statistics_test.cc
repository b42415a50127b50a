#include "detection/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shelfcast::detection {
namespace {

TEST(Statistics, MedianAndDeviationOfNothingOneAndSome) {
    EXPECT_EQ(median({}), 0);
    EXPECT_EQ(median({3}), 3);
    EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
    EXPECT_EQ(robust_deviation({}), 0);
    EXPECT_NEAR(robust_deviation({1, 2, 3, 4, 100}), 1.4826, 1e-12);
}

TEST(Statistics, ALargeSizeIsThePoissonLaw) {
    const CountLaw poisson{.mean = 2, .size = 1e7};
    EXPECT_NEAR(log_none(poisson), -2, 1e-5);
    // P(X >= 5 | 2) = 1 - e^-2 (1 + 2 + 2 + 4/3 + 2/3).
    EXPECT_NEAR(std::exp(log_upper_tail(poisson, 5)), 0.0526530, 1e-5);
    EXPECT_EQ(log_upper_tail(poisson, 0), 0);
}

TEST(Statistics, ASmallSizeHasALongerTail) {
    // Size 1 is geometric: P(X >= n) = (mean / (1 + mean))^n.
    const CountLaw geometric{.mean = 2, .size = 1};
    EXPECT_NEAR(log_upper_tail(geometric, 10), 10 * std::log(2.0 / 3), 1e-6);
    EXPECT_NEAR(log_none(geometric), -std::log(3.0), 1e-12);
}

TEST(Statistics, DeviationsAreThoseOfTheNormalLaw) {
    EXPECT_EQ(deviations(std::log(0.7)), 0);
    EXPECT_NEAR(deviations(std::log(0.0227501319)), 2, 1e-6);
    EXPECT_NEAR(deviations(std::log(2.866515719e-7)), 5, 1e-6);
    EXPECT_NEAR(deviations(-1'000), 44.6, 0.1);
}

}  // namespace
}  // namespace shelfcast::detection
