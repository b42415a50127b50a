#include "replenishment/books/continuous_demand.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "replenishment/books/test_sums.h"

namespace shelfcast::replenishment {
namespace {

RC_GTEST_PROP(ContinuousDemand, LossIsTheIntegralOfWhatIsAboveIt, ()) {
    const double z = *rc::gen::inRange(-800, 800) / 100.0;
    const double by_hand = naive_normal_shortage(z, 0, 1);
    RC_ASSERT(std::abs(normal_loss(z) - by_hand) < 1e-9 * by_hand + 1e-30);
    const double second =
        naive_integral(z, std::max(z, 0.0) + 12, [](double x) { return normal_loss(x); });
    RC_ASSERT(std::abs(normal_second_loss(z) - second) < 1e-9 * second + 1e-30);
}

TEST(ContinuousDemand, TheTwoWaysToALossMeet) {
    const double below = std::nextafter(3.0, 0.0);
    EXPECT_NEAR(normal_loss(below) / normal_loss(3.0), 1, 1e-11);
    EXPECT_NEAR(normal_second_loss(below) / normal_second_loss(3.0), 1, 1e-10);
}

RC_GTEST_PROP(ContinuousDemand, AQuantileIsWhereThatProbabilityIsReached, ()) {
    const auto shape = *rc::gen::element(DemandShape::kNormal, DemandShape::kGamma,
                                         DemandShape::kLognormal, DemandShape::kUniform);
    const double mean = *rc::gen::inRange(1, 5000) / 10.0;
    const ContinuousDemand demand{
        .shape = shape, .mean = mean, .sd = mean * *rc::gen::inRange(1, 250) / 100.0};
    const double share = *rc::gen::inRange(1, 1000) / 1000.0;
    const double units = demand.quantile(chance(share));
    RC_ASSERT(std::abs(demand.at_most(units) - share) < 1e-9);
}

RC_GTEST_PROP(ContinuousDemand, ShortageIsTheIntegralOfTheTail, ()) {
    const auto shape = *rc::gen::element(DemandShape::kNormal, DemandShape::kGamma,
                                         DemandShape::kLognormal, DemandShape::kUniform);
    const double mean = *rc::gen::inRange(10, 5000) / 10.0;
    const ContinuousDemand demand{
        .shape = shape, .mean = mean, .sd = mean * *rc::gen::inRange(5, 60) / 100.0};
    const double units = demand.quantile(chance(*rc::gen::inRange(2, 999) / 1000.0));
    const double high = demand.quantile({.of = 1, .against = 1e-14});
    // E max(D - u, 0) = integral of P(D > x) from u up.
    const double by_hand =
        naive_integral(units, high, [&](double x) { return 1 - demand.at_most(x); });
    RC_ASSERT(std::abs(demand.shortage(units) - by_hand) < 1e-5 * mean);
}

TEST(ContinuousDemand, FarTailsKeepTheirDigits) {
    // 1e-12 against: Abramowitz and Stegun's z, which 1 - 1e-12 as a double has to five digits
    // only.
    EXPECT_NEAR(normal_quantile({.of = 1, .against = 1e-12}), 7.034483825301, 1e-9);
    EXPECT_NEAR(normal_quantile(chance(0.975)), 1.959963984540, 1e-11);
    EXPECT_NEAR(normal_above(10) / 7.619853024160527e-24, 1, 1e-12);
    // G(z) is near phi(z) / z^2 (1 - 3 / z^2) far out.
    const double far = std::exp(-450.0) / std::sqrt(2 * std::numbers::pi) / 900;
    EXPECT_NEAR(normal_loss(30) / far, 1 - 3 / 900.0, 1e-4);
}

TEST(ContinuousDemand, WithoutDeviationDemandIsItsMean) {
    const ContinuousDemand demand{.mean = 12};
    EXPECT_EQ(demand.quantile(chance(0.9)), 12);
    EXPECT_EQ(demand.shortage(10), 2);
    EXPECT_EQ(demand.at_most(11.9), 0);
    EXPECT_EQ(demand.at_most(12), 1);
}

}  // namespace
}  // namespace shelfcast::replenishment
