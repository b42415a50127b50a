#include "replenishment/books/newsvendor.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

#include "replenishment/books/test_sums.h"

namespace shelfcast::replenishment {
namespace {

DailyStockCosts any_costs() {
    return {.holding_per_unit = *rc::gen::inRange(1, 100) / 20.0,
            .stockout_per_unit = *rc::gen::inRange(1, 4000) / 20.0};
}

RC_GTEST_PROP(Newsvendor, NoOtherLevelOfNormalDemandIsCheaper, ()) {
    const double mean = *rc::gen::inRange(1, 5000) / 10.0;
    const double sd = mean * *rc::gen::inRange(2, 80) / 100.0;
    const DailyStockCosts costs = any_costs();
    const NewsvendorLevel level = *newsvendor(ContinuousDemand{.mean = mean, .sd = sd}, 0, costs);
    const auto cost_by_hand = [&](double units) {
        return naive_integral(mean - 10 * sd, mean + 10 * sd, [&](double x) {
            return naive_normal_density(x, mean, sd) *
                   (costs.holding_per_unit * std::max(units - x, 0.0) +
                    costs.stockout_per_unit * std::max(x - units, 0.0));
        });
    };
    const double cost = cost_by_hand(level.order_up_to_units);
    RC_ASSERT(std::abs(level.expected_cost_per_day - cost) < 1e-5 * cost);
    RC_ASSERT(cost_by_hand(level.order_up_to_units + sd / 10) > cost);
    RC_ASSERT(cost_by_hand(level.order_up_to_units - sd / 10) > cost);
}

RC_GTEST_PROP(Newsvendor, NoOtherLevelOfWholeUnitsIsCheaper, ()) {
    const double mean = *rc::gen::inRange(1, 800) / 10.0;
    const double days = *rc::gen::inRange(0, 20) / 4.0 + 1;
    const bool is_poisson = *rc::gen::inRange(0, 2) == 0;
    const double variance = is_poisson ? mean : mean * 2.5;
    const DailyStockCosts costs = any_costs();
    const NewsvendorLevel level = *newsvendor(
        UnitDemandRate{.mean_per_day = mean, .variance_per_day = variance}, days - 1, costs);
    const std::vector<double> demand = is_poisson
                                           ? naive_poisson(mean * days)
                                           : naive_negative_binomial(mean * days, variance * days);
    const auto cost_by_hand = [&](double units) {
        return costs.holding_per_unit * naive_surplus(demand, units) +
               costs.stockout_per_unit * naive_shortage(demand, units);
    };
    const double cost = cost_by_hand(level.order_up_to_units);
    RC_ASSERT(std::abs(level.expected_cost_per_day - cost) < 1e-8 * cost);
    for (double units = 0; units < static_cast<double>(demand.size()); ++units) {
        RC_ASSERT(cost_by_hand(units) >= cost * (1 - 1e-9));
    }
}

RC_GTEST_PROP(Newsvendor, NoObservedValueIsCheaper, ()) {
    const auto sales =
        *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 40)));
    RC_PRE(std::ranges::any_of(sales, [](int one) { return one > 0; }));
    const std::vector<double> history(sales.begin(), sales.end());
    const DailyStockCosts costs = any_costs();
    const NewsvendorLevel level = *newsvendor(history, costs);
    const auto cost_by_hand = [&](double units) {
        double sum = 0;
        for (const double one : history) {
            sum += costs.holding_per_unit * std::max(units - one, 0.0) +
                   costs.stockout_per_unit * std::max(one - units, 0.0);
        }
        return sum / static_cast<double>(history.size());
    };
    RC_ASSERT(std::abs(cost_by_hand(level.order_up_to_units) - level.expected_cost_per_day) < 1e-9);
    for (const double units : history) {
        RC_ASSERT(cost_by_hand(units) >= level.expected_cost_per_day * (1 - 1e-9));
    }
}

TEST(Newsvendor, AnObservedShareThatEqualsTheRatioIsEnough) {
    // A third, but the division of these costs gives the next double above it.
    const DailyStockCosts costs{.holding_per_unit = 0.02, .stockout_per_unit = 0.01};
    ASSERT_GT(critical_ratio(costs.stockout_per_unit, costs.holding_per_unit).of, 1.0 / 3);
    EXPECT_EQ(newsvendor(std::vector<double>{2, 5, 9}, costs)->order_up_to_units, 2);
}

TEST(Newsvendor, SimulatedDaysCostAndServeWhatIsSaid) {
    constexpr std::uint64_t kSeed = 20251127;
    constexpr int kDays = 400'000;
    const DailyStockCosts costs{.holding_per_unit = 0.4, .stockout_per_unit = 3};
    const ContinuousDemand gamma{.shape = DemandShape::kGamma, .mean = 20, .sd = 13};
    const NewsvendorLevel level = *newsvendor(gamma, 0, costs);
    std::mt19937_64 random(kSeed);
    std::gamma_distribution<double> draw(20.0 * 20 / 169, 169.0 / 20);
    double cost = 0;
    double sold = 0;
    double wanted = 0;
    for (int day = 0; day < kDays; ++day) {
        const double demand = draw(random);
        cost += costs.holding_per_unit * std::max(level.order_up_to_units - demand, 0.0) +
                costs.stockout_per_unit * std::max(demand - level.order_up_to_units, 0.0);
        sold += std::min(demand, level.order_up_to_units);
        wanted += demand;
    }
    EXPECT_NEAR(cost / kDays / level.expected_cost_per_day, 1, 0.01) << "seed " << kSeed;
    EXPECT_NEAR(sold / wanted, level.expected_fill_rate, 0.002) << "seed " << kSeed;
}

TEST(Newsvendor, WhatIsNotDefinedIsRefused) {
    const DailyStockCosts costs{.holding_per_unit = 1, .stockout_per_unit = 4};
    EXPECT_FALSE(newsvendor(std::vector<double>{0, 0}, costs).has_value());
    EXPECT_FALSE(newsvendor(std::vector<double>{}, costs).has_value());
    const ContinuousDemand uniform{.shape = DemandShape::kUniform, .mean = 10, .sd = 2};
    EXPECT_TRUE(newsvendor(uniform, 0, costs).has_value());
    EXPECT_FALSE(newsvendor(uniform, 2, costs).has_value());
}

}  // namespace
}  // namespace shelfcast::replenishment
