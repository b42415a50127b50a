#include "demand/intermittent.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace shelfcast::demand {
namespace {

/// From the definitions, from the start for every day.
double by_hand(const std::vector<double>& history, std::size_t day, IntermittentMethod method,
               const IntermittentSmoothing& smoothing) {
    std::vector<std::size_t> sales;
    for (std::size_t d = 0; d <= day; ++d) {
        if (history[d] > 0) {
            sales.push_back(d);
        }
    }
    if (sales.empty()) {
        return 0;
    }
    double size = history[sales[0]];
    double interval = static_cast<double>(sales[0] + 1);
    for (std::size_t sale = 1; sale < sales.size(); ++sale) {
        size = smoothing.size * history[sales[sale]] + (1 - smoothing.size) * size;
        interval = smoothing.size * static_cast<double>(sales[sale] - sales[sale - 1]) +
                   (1 - smoothing.size) * interval;
    }
    if (method != IntermittentMethod::kTsb) {
        return size / interval * (method == IntermittentMethod::kSba ? 1 - smoothing.size / 2 : 1);
    }
    double probability = 1 / static_cast<double>(sales[0] + 1);
    for (std::size_t d = sales[0] + 1; d <= day; ++d) {
        probability = smoothing.interval_or_probability * (history[d] > 0 ? 1 : 0) +
                      (1 - smoothing.interval_or_probability) * probability;
    }
    return size * probability;
}

TEST(Intermittent, EveryDayIsWhatTheDefinitionsSay) {
    constexpr std::uint64_t kSeed = 20251127;
    std::mt19937_64 random(kSeed);
    std::uniform_real_distribution<double> uniform(0, 1);
    for (int run = 0; run < 200; ++run) {
        const double chance = uniform(random);
        std::vector<double> history(60);
        for (double& units : history) {
            units = uniform(random) < chance ? std::ceil(9 * uniform(random)) : 0;
        }
        const IntermittentSmoothing smoothing{
            .size = 0.01 + 0.99 * uniform(random),
            .interval_or_probability = 0.01 + 0.99 * uniform(random)};
        for (const auto method :
             {IntermittentMethod::kCroston, IntermittentMethod::kSba, IntermittentMethod::kTsb}) {
            const auto states = smooth_intermittent(history, method, smoothing);
            ASSERT_EQ(states.size(), history.size());
            for (std::size_t day = 0; day < history.size(); ++day) {
                ASSERT_NEAR(states[day].forecast_units_per_day,
                            by_hand(history, day, method, smoothing), 1e-9)
                    << "seed " << kSeed << " run " << run << " day " << day;
            }
        }
    }
}

TEST(Intermittent, SteadySalesAreTheirOwnForecast) {
    const std::vector<double> history(30, 4.0);
    for (const auto method : {IntermittentMethod::kCroston, IntermittentMethod::kTsb}) {
        const auto last = smooth_intermittent(history, method, {}).back();
        EXPECT_DOUBLE_EQ(last.forecast_units_per_day, 4);
        EXPECT_DOUBLE_EQ(last.interval_days, 1);
        EXPECT_DOUBLE_EQ(last.size_units, 4);
    }
}

TEST(Intermittent, WithoutASaleNothingIsForecast) {
    for (const auto method :
         {IntermittentMethod::kCroston, IntermittentMethod::kSba, IntermittentMethod::kTsb}) {
        EXPECT_TRUE(smooth_intermittent({}, method, {}).empty());
        const auto states = smooth_intermittent(std::vector<double>{0, 0}, method, {});
        EXPECT_EQ(states.back().forecast_units_per_day, 0);
        EXPECT_EQ(states.back().interval_days, 0);
    }
}

TEST(Intermittent, OnlyTsbForgetsAnItemThatIsNoLongerSold) {
    std::vector<double> history(2000, 0.0);
    history[0] = 5;
    EXPECT_EQ(smooth_intermittent(history, IntermittentMethod::kCroston, {})
                  .back()
                  .forecast_units_per_day,
              5);
    EXPECT_LT(
        smooth_intermittent(history, IntermittentMethod::kTsb, {}).back().forecast_units_per_day,
        1e-80);
    EXPECT_EQ(smooth_intermittent(history, IntermittentMethod::kTsb,
                                  {.size = 1, .interval_or_probability = 1})
                  .back()
                  .forecast_units_per_day,
              0);
}

}  // namespace
}  // namespace shelfcast::demand
