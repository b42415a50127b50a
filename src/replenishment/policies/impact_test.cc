#include "replenishment/policies/impact.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace shelfcast::replenishment {
namespace {

const ImpactTerms kTerms{.unit_cost = 2,
                         .unit_price = 5,
                         .holding_cost_per_year = 0.365,
                         .order_cost = 1,
                         .pack_units = 1,
                         .lead_time_days = 2,
                         .review_period_days = 1};

TEST(Impact, CountsWhatHappenedAndWhatWouldHave) {
    // 10 a day, never out; 100 lie on the shelf every night.
    const std::vector<HistoryDay> calm(85, {.on_hand = 100, .sold = 10, .received = 10});
    const Impact impact = impact_of(calm, 20'500, kTerms, 3);
    EXPECT_NEAR(impact.real.holding_cost, 0.2, 1e-9);  // 100 * 2 * 0.365 / 365
    EXPECT_EQ(impact.real.ordering_cost, 1);
    EXPECT_EQ(impact.real.lost_units, 0);
    // Up to 50 with what is on its way: 20 on order, 30 there in the morning, 20 at night.
    EXPECT_NEAR(impact.baseline.holding_cost, 0.04, 1e-9);
    EXPECT_EQ(impact.baseline.ordering_cost, 1);
    EXPECT_NEAR(impact.saving(), -0.16, 1e-9);
}

TEST(Impact, StockOutsCostTheirShareOfAUsualDay) {
    std::vector<HistoryDay> days(85, {.on_hand = 20, .sold = 10, .received = 10});
    days.back() = {.on_hand = 0, .sold = 6, .out_share = 0.4, .out_hours = 4};
    const Impact impact = impact_of(days, 20'500, kTerms, 3);
    EXPECT_NEAR(impact.real.lost_units, 4, 0.01);
    EXPECT_NEAR(impact.real.lost_revenue, 20, 0.05);
    EXPECT_NEAR(impact.real.lost_margin, 12, 0.03);
    EXPECT_EQ(impact.real.out_hours, 4);
    EXPECT_NEAR(impact.baseline.lost_units, 0, 1e-9);
    // A baseline that holds nothing for sale is out all day.
    const Impact bare = impact_of(days, 20'500, kTerms, -2);
    EXPECT_NEAR(bare.baseline.lost_units, 10, 0.01);
    EXPECT_NEAR(bare.baseline.out_hours, 10, 0.01);
}

TEST(Impact, WhatIsHeldTooLongSpoils) {
    std::vector<HistoryDay> days(85, {.on_hand = 20, .sold = 1, .received = 1});
    ImpactTerms terms = kTerms;
    terms.shelf_life_days = 3;
    terms.pack_units = 30;
    double waste = 0;
    double lost = 0;
    double ordered = 0;
    for (std::int32_t date = 20'500; date < 20'528; ++date) {
        const Impact impact = impact_of(days, date, terms, 3);
        waste += impact.baseline.waste_cost;
        lost += impact.baseline.lost_units;
        ordered += impact.baseline.ordering_cost;
    }
    // In 28 days of one replay every pack of 30 but three units of it spoils, 2 each.
    EXPECT_GT(ordered, 3);
    EXPECT_NEAR(waste, ordered * 27 * 2, 120);
    EXPECT_LT(lost, 15);
    EXPECT_EQ(impact_of({}, 20'500, terms, 3).saving(), 0);
    EXPECT_EQ(impact_of(std::span(days).first(1), 20'500, terms, 3).baseline.lost_units, 0);
}

TEST(Bootstrap, HoldsTheSumAsOftenAsItSays) {
    constexpr unsigned kSeed = 11;
    std::mt19937 random(kSeed);
    std::gamma_distribution<double> saving(2, 1);  // Mean 2.
    int held = 0;
    constexpr int kTrials = 400;
    constexpr std::size_t kProducts = 60;
    for (int trial = 0; trial < kTrials; ++trial) {
        std::vector<double> savings(kProducts);
        for (double& one : savings) {
            one = saving(random);
        }
        const Interval interval = bootstrap_sum(savings, static_cast<std::uint64_t>(trial));
        held += interval.lower <= 2.0 * kProducts && 2.0 * kProducts <= interval.upper ? 1 : 0;
    }
    EXPECT_NEAR(held / static_cast<double>(kTrials), 0.95, 0.04);
    const std::vector<double> some = {1, 2, 3};
    EXPECT_EQ(bootstrap_sum(some, 5).lower, bootstrap_sum(some, 5).lower);
    EXPECT_EQ(bootstrap_sum({}, 5).upper, 0);
}

}  // namespace
}  // namespace shelfcast::replenishment
