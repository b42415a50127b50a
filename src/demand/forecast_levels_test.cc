#include "demand/forecast_levels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "demand/forecast_accuracy.h"

namespace shelfcast::demand {
namespace {

// Uniform between 0 and twice the mean.
DemandForecast uniform_forecast(std::size_t series, float mean) {
    DemandForecast forecast;
    forecast.cutoff = 100;
    forecast.horizon_days = 2;
    for (std::size_t at = 0; at < series * 2; ++at) {
        forecast.mean.push_back(mean);
        for (const double level : kQuantileLevels) {
            forecast.quantiles.push_back(static_cast<float>(2 * mean * level));
        }
    }
    return forecast;
}

double spread_of_total(std::size_t series, const SharedMoves& moves) {
    const std::vector<std::uint32_t> stores(series, 0);
    const std::vector<Grouping> all = {{std::vector<std::uint32_t>(series, 0), 1}};
    const auto made = roll_up(uniform_forecast(series, 5), stores, all,
                              {.samples = 2'000, .seed = 7, .moves = moves});
    const auto quantiles = made[0].quantiles_of(0, 0);
    return quantiles[interval_levels().upper_80] - quantiles[interval_levels().lower_80];
}

TEST(ForecastLevels, MeansAddUpAndQuantilesAscend) {
    const std::vector<std::uint32_t> stores = {0, 0, 1, 1};
    const std::vector<Grouping> groupings = {
        {{0, 0, 1, 1}, 2}, {{0, 1, 0, 1}, 2}, {{0, 0, 0, 0}, 1}};
    const auto made = roll_up(uniform_forecast(4, 3), stores, groupings, {});
    ASSERT_EQ(made.size(), 3U);
    for (std::size_t day = 0; day < 2; ++day) {
        EXPECT_EQ(made[0].means_of(0)[day], 6);
        EXPECT_EQ(made[0].means_of(0)[day] + made[0].means_of(1)[day], made[2].means_of(0)[day]);
        EXPECT_EQ(made[1].means_of(0)[day] + made[1].means_of(1)[day], made[2].means_of(0)[day]);
        EXPECT_TRUE(std::ranges::is_sorted(made[2].quantiles_of(0, day)));
    }
    EXPECT_EQ(roll_up(uniform_forecast(4, 3), stores, groupings, {})[2].quantiles,
              made[2].quantiles);
}

// The sum of independent series spreads as the root of their number; that of one factor as their
// number.
TEST(ForecastLevels, SharedMovesWidenSums) {
    const double one = spread_of_total(1, {});
    EXPECT_NEAR(one, 8, 0.4);
    EXPECT_NEAR(spread_of_total(100, {}) / one / 10, 1, 0.15);
    EXPECT_GT(spread_of_total(100, {.in_chain = 0.5, .in_store = 0}) / one, 50);
    EXPECT_NEAR(spread_of_total(100, {.in_chain = 0.5, .in_store = 0.4}) / one, 95, 10);
}

TEST(ForecastLevels, SharedMovesAreEstimatedFromThePast) {
    std::mt19937_64 random(11);
    std::normal_distribution<float> normal;
    const auto panel_with = [&](float shared) {
        std::vector<float> days(56);
        std::ranges::generate(days, [&] { return normal(random); });
        DailyPanel panel;
        for (std::uint32_t number = 0; number < 60; ++number) {
            PanelSeries series;
            series.store = number % 3;
            series.first_date = 1;
            series.first_day = panel.units.size();
            series.days = days.size();
            panel.series.push_back(series);
            for (const float day : days) {
                panel.units.push_back(
                    20 + 3 * (shared * day + std::sqrt(1 - shared * shared) * normal(random)));
            }
        }
        return panel;
    };
    const SharedMoves none = shared_moves(panel_with(0), 56);
    EXPECT_LT(none.in_chain + none.in_store, 0.05);
    const SharedMoves half = shared_moves(panel_with(std::sqrt(0.5F)), 56);
    EXPECT_NEAR(half.in_chain, 0.5, 0.15);
    EXPECT_LT(half.in_store, 0.1);
}

TEST(ForecastLevels, VarianceIsNeverLessThanThatOfChance) {
    const DemandForecast forecast = uniform_forecast(1, 5);
    EXPECT_NEAR(variance_of(forecast.quantiles_of(0, 0), 1), std::pow(8 / 2.5631, 2), 1e-3);
    EXPECT_EQ(variance_of(forecast.quantiles_of(0, 0), 50), 50);
}

TEST(ForecastLevels, NoSeriesNoGroups) {
    EXPECT_EQ(shared_moves({}, 10).in_store, 0);
    EXPECT_TRUE(roll_up({}, {}, {}, {}).empty());
}

}  // namespace
}  // namespace shelfcast::demand
