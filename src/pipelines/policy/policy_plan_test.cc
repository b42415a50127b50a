#include "pipelines/policy/policy_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace shelfcast::policy {
namespace {

constexpr unsigned kSeed = 7;
constexpr std::size_t kItems = 24;
constexpr std::size_t kDays = 140;
constexpr std::size_t kPairs = 2 * kMorningsPerCutoff;

/// The first item and others that sell alike; what the others lose by a missed sale is told apart.
PlanInput chain(double lost_margin_of_others) {
    PlanInput out;
    out.demand = {.series = kItems, .days = kDays, .first_date = 20'000, .units = {}};
    std::mt19937 random(kSeed);
    std::gamma_distribution<double> level(2, 2);
    for (std::size_t item = 0; item < kItems; ++item) {
        for (std::size_t day = 0; day < kDays; ++day) {
            std::poisson_distribution<int> units(level(random));
            out.demand.units.push_back(static_cast<float>(units(random)));
        }
        out.terms.push_back({.pack_units = 1,
                             .minimum_order_units = 1,
                             .unit_cost = 1,
                             .lost_margin_per_unit = item == 0 ? 0.5 : lost_margin_of_others,
                             .holding_cost_per_unit_day = 0.02,
                             .order_cost = 1,
                             .shelf_life_days = 0});
    }
    auto lead_times = replenishment::LeadTimeChances::with(2, 0.5);
    EXPECT_TRUE(lead_times);
    out.lead_times = *lead_times;
    out.cutoff_days = {kDays - 15, kDays - 8};
    out.paths = 8;
    return out;
}

double mean_reorder_point(const PolicyPlan& plan) {
    const auto& points = plan.runs.front().reorder_point_units;
    return std::accumulate(points.begin(), points.begin() + kPairs, 0.0) / kPairs;
}

TEST(PolicyPlan, ARuleLeansOnWhatWouldHaveCostAllItemsLeast) {
    const auto cheap = plan_policy(chain(0.2), {}, {});
    const auto dear = plan_policy(chain(4), {}, {});
    ASSERT_TRUE(cheap && dear);
    ASSERT_GT(cheap->tuning.replayed_weeks, 0U);
    // Its own outlook is the same: nothing else of the others reaches it.
    ASSERT_EQ(cheap->tuning.forgotten_a_day, dear->tuning.forgotten_a_day);
    EXPECT_GT(mean_reorder_point(*dear), mean_reorder_point(*cheap) + 0.5) << "seed " << kSeed;
}

}  // namespace
}  // namespace shelfcast::policy
