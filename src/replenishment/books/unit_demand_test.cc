#include "replenishment/books/unit_demand.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "replenishment/books/test_sums.h"

namespace shelfcast::replenishment {
namespace {

/// From 0.05 to 100 a day; the variance the mean, or up to 9 times it.
UnitDemandRate any_rate() {
    const double mean = *rc::gen::inRange(1, 2000) / 20.0;
    return {.mean_per_day = mean,
            .variance_per_day =
                mean * (*rc::gen::inRange(0, 2) == 0 ? 1.0 : 1 + *rc::gen::inRange(1, 80) / 10.0)};
}

std::vector<double> naive(double days, const UnitDemandRate& rate) {
    const double mean = rate.mean_per_day * days;
    return rate.variance_per_day == rate.mean_per_day
               ? naive_poisson(mean)
               : naive_negative_binomial(mean, rate.variance_per_day * days);
}

UnitDemand demand_of(double days, const UnitDemandRate& rate) {
    const Result<UnitDemand> made = UnitDemand::over(days, rate);
    EXPECT_TRUE(made.has_value());
    return *made;
}

RC_GTEST_PROP(UnitDemand, IsWhatItsDefinitionAddsUpTo, ()) {
    const UnitDemandRate rate = any_rate();
    const double days = *rc::gen::inRange(1, 40) / 8.0;
    const auto units = *rc::gen::inRange<std::int64_t>(-3, 1500);
    const UnitDemand demand = demand_of(days, rate);
    const std::vector<double> by_hand = naive(days, rate);
    RC_ASSERT(std::abs(demand.at_most(units) - naive_at_most(by_hand, units)) < 1e-10);
    RC_ASSERT(std::abs(demand.more_than(units) + demand.at_most(units) - 1) < 1e-12);
    const double units_number = static_cast<double>(units);
    const double shortage = naive_shortage(by_hand, units_number);
    const double surplus = naive_surplus(by_hand, units_number);
    RC_ASSERT(std::abs(demand.shortage(units) - shortage) < 1e-9 * shortage + 1e-17);
    RC_ASSERT(std::abs(demand.surplus(units) - surplus) < 1e-9 * surplus + 1e-17);
}

RC_GTEST_PROP(UnitDemand, AQuantileIsTheLeastNumberThatIsEnough, ()) {
    const UnitDemandRate rate = any_rate();
    const UnitDemand demand = demand_of(1, rate);
    const double against = std::pow(10, -*rc::gen::inRange(1, 120) / 10.0);
    const std::int64_t units = demand.quantile({.of = 1 - against, .against = against});
    RC_ASSERT(demand.more_than(units) <= against);
    RC_ASSERT(units == 0 || demand.more_than(units - 1) > against);
}

RC_GTEST_PROP(UnitDemand, TwoDaysAreOneAndOne, ()) {
    const UnitDemandRate rate = any_rate();
    const std::vector<double> day = demand_of(1, rate).probabilities();
    const auto units = *rc::gen::inRange<std::size_t>(0, 300);
    double sum = 0;
    for (std::size_t first = 0; first <= units; ++first) {
        sum +=
            first < day.size() && units - first < day.size() ? day[first] * day[units - first] : 0;
    }
    RC_ASSERT(std::abs(demand_of(2, rate).exactly(static_cast<std::int64_t>(units)) - sum) < 1e-12);
}

TEST(UnitDemand, FarTailsKeepTheirDigits) {
    // P(D > 60) and the shortage there for a mean of 5: sums of a few terms by hand.
    const UnitDemand demand = demand_of(1, {5, 5});
    double more = 0;
    double shortage = 0;
    for (double n = 61; n < 120; ++n) {
        const double p = std::exp(n * std::log(5) - 5 - std::lgamma(n + 1));
        more += p;
        shortage += (n - 60) * p;
    }
    EXPECT_NEAR(demand.more_than(60) / more, 1, 1e-10);
    EXPECT_NEAR(demand.shortage(60) / shortage, 1, 1e-10);
    // And far below a large mean.
    const UnitDemand large = demand_of(1, {1e6, 1e6});
    EXPECT_NEAR(large.shortage(1'000'000), 1e3 / std::sqrt(2 * std::numbers::pi), 1e-3);
    EXPECT_GT(large.surplus(992'000), 0);
    EXPECT_LT(large.surplus(992'000), 1e-9);
}

TEST(UnitDemand, MoreThanIsCountedUnitByUnitIsRefused) {
    const Result<UnitDemand> made = UnitDemand::over(10, {2e6, 2e6});
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().kind, ErrorKind::kInvalidInput);
    EXPECT_NE(made.error().message.find("2e+07"), std::string::npos) << made.error().message;
}

TEST(UnitDemand, NoDaysAreNoDemand) {
    const UnitDemand demand = demand_of(0, {3, 9});
    EXPECT_EQ(demand.exactly(0), 1);
    EXPECT_EQ(demand.at_most(0), 1);
    EXPECT_EQ(demand.shortage(0), 0);
    EXPECT_EQ(demand.shortage(-2), 2);
    EXPECT_EQ(demand.surplus(7), 7);
    EXPECT_EQ(demand.quantile(chance(0.99)), 0);
}

}  // namespace
}  // namespace shelfcast::replenishment
