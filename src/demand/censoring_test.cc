#include "demand/censoring.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace shelfcast::demand {
namespace {

/// A chain whose demand is known: gamma rates about a level with weekdays, Poisson buyers by the
/// hour, shelves filled at opening and empty when what was on them is sold.
struct KnownChain {
    DailyPanel panel;
    double demand = 0;
    double sold = 0;
    HourProfile profile{};

    KnownChain(std::size_t series, std::size_t days, double stock_days, std::uint32_t seed) {
        for (std::size_t hour = 6; hour < 22; ++hour) {
            profile[hour] = hour < 10 ? 1.0 : (hour < 17 ? 2.0 : 4.0);
        }
        double sum = 0;
        for (const double share : profile) {
            sum += share;
        }
        for (double& share : profile) {
            share /= sum;
        }
        std::mt19937 random(seed);
        for (std::size_t i = 0; i < series; ++i) {
            panel.series.push_back(
                {.first_date = 20'000, .first_day = panel.units.size(), .days = days});
            const double level = std::uniform_real_distribution(2.0, 30.0)(random);
            for (std::size_t day = 0; day < days; ++day) {
                add_day(level * (day % 7 < 2 ? 1.5 : 0.8), stock_days * level, random);
            }
        }
        panel.has_stock_outs = true;
    }

    void add_day(double expected, double stock, std::mt19937& random) {
        const double rate = std::gamma_distribution(4.0, expected / 4.0)(random);
        double left = std::floor(std::uniform_real_distribution(0.3, 1.7)(random) * stock);
        std::uint32_t mask = 0;
        double day_sold = 0;
        for (std::size_t hour = 0; hour < kHours; ++hour) {
            const double wanted = profile[hour] > 0
                                      ? static_cast<double>(std::poisson_distribution<int>(
                                            rate * profile[hour])(random))
                                      : 0;
            demand += wanted;
            // An hour that begins without stock, or in which it ran out, is one without.
            if (left <= 0) {
                mask |= 1U << hour;
            }
            const double taken = std::min(left, wanted);
            day_sold += taken;
            panel.sold_by_hour[hour] += taken;
            left -= taken;
        }
        sold += day_sold;
        panel.units.push_back(static_cast<float>(day_sold));
        panel.stock_out_mask.push_back(mask);
    }
};

TEST(Censoring, DemandUnderStockOutsIsRecoveredWhereSalesAreFarOff) {
    const KnownChain chain(300, 112, 1.1, 20'261'129);
    const double naive = chain.sold / chain.demand - 1;
    EXPECT_LT(naive, -0.10);
    const DemandEstimate estimate = estimate_demand(chain.panel);
    EXPECT_NEAR(estimate.demand / chain.demand, 1, 0.01)
        << "sales alone are " << naive * 100 << " % off";
    EXPECT_GT(estimate.censored_days, 1'000U);
    for (std::size_t hour = 0; hour < kHours; ++hour) {
        EXPECT_NEAR(estimate.profile[hour], chain.profile[hour], 0.01) << "hour " << hour;
    }
}

TEST(Censoring, HoursLearntFromMasksAloneRecoverMostOfIt) {
    KnownChain chain(300, 112, 1.1, 7);
    chain.panel.sold_by_hour = {};
    const DemandEstimate estimate = estimate_demand(chain.panel);
    EXPECT_NEAR(estimate.demand / chain.demand, 1, 0.07);  // Sales alone: 28 % off.
    double evening = 0;
    double evening_truth = 0;
    for (std::size_t hour = 17; hour < 22; ++hour) {
        evening += estimate.profile[hour];
        evening_truth += chain.profile[hour];
    }
    EXPECT_NEAR(evening, evening_truth, 0.08);
}

TEST(Censoring, WithoutStockOutsNothingChanges) {
    KnownChain chain(20, 60, 1'000, 3);
    const DemandEstimate estimate = estimate_demand(chain.panel);
    EXPECT_EQ(estimate.panel.units, chain.panel.units);
    chain.panel.has_stock_outs = false;
    EXPECT_EQ(estimate_demand(chain.panel).panel.units, chain.panel.units);
}

TEST(Censoring, ABlindDayTakesTheLevelAndAnUnknownDayStaysUnknown) {
    DailyPanel panel;
    panel.series.push_back({.first_date = 20'000, .first_day = 0, .days = 28});
    panel.units.assign(28, 10);
    panel.stock_out_mask.assign(28, 0);
    panel.units[9] = 0;
    panel.stock_out_mask[9] = 0xFFFFFF;
    panel.units[20] = kUnknown;
    panel.has_stock_outs = true;
    const DemandEstimate estimate = estimate_demand(panel);
    EXPECT_NEAR(estimate.panel.units[9], 10, 1);
    EXPECT_EQ(estimate.panel.units[8], 10);
    EXPECT_TRUE(std::isnan(estimate.panel.units[20]));
    EXPECT_EQ(estimate.blind_days, 1U);
}

}  // namespace
}  // namespace shelfcast::demand
