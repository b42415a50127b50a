#include "replenishment/policies/what_if.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace shelfcast::replenishment {
namespace {

constexpr std::uint64_t kSeed = 20260412;

/// Sales of shops of every size; a few days unknown.
DemandColumns columns(std::size_t series, std::size_t days, std::uint64_t seed = kSeed) {
    std::mt19937_64 random(seed);
    DemandColumns out{.series = series, .days = days, .units = {}, .unit_price = {}};
    for (std::size_t row = 0; row < series; ++row) {
        std::poisson_distribution<std::int32_t> a_day(0.2 * static_cast<double>(1 + row % 60));
        for (std::size_t day = 0; day < days; ++day) {
            out.units.push_back(random() % 40 == 0 ? kUnknownUnits : a_day(random));
        }
        out.unit_price.push_back(1 + static_cast<double>(row % 9));
    }
    return out;
}

WhatIfAnswer answer_of(const DemandColumns& demand, const WhatIfOptions& options) {
    const auto answer = what_if(demand, options);
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
    return answer.value_or(WhatIfAnswer{});
}

// Worked by hand: ten a day, always. Both rules know it from the first morning on, order ten each
// morning and sell them; stock at close is cover + lead time - 1 days less what is on its way.
TEST(WhatIf, SteadyDemandIsOrderedAsItIsSold) {
    const DemandColumns demand{
        .series = 1, .days = 84, .units = std::vector<std::int32_t>(84, 10), .unit_price = {2}};
    const WhatIfAnswer out = answer_of(demand, {.service_percent = 50,
                                                .lead_time_days = 2,
                                                .margin_percent = 25,
                                                .holding_percent_per_year = 365,
                                                .order_cost = 3});
    EXPECT_EQ(out.warm_up_days, 28U);
    EXPECT_EQ(out.today.units.sold_units, 280);
    EXPECT_EQ(out.today.units.orders, 28);
    EXPECT_DOUBLE_EQ(out.today.average_stock_units(), 90 - 20 - 10);
    EXPECT_DOUBLE_EQ(out.today.days_of_cover(), 6);
    EXPECT_DOUBLE_EQ(out.today.cost.orders, 28 * 3);
    EXPECT_NEAR(out.today.cost.holding, 28 * 60 * 1.5 * 0.01, 1e-9);
    // Service of one half: the mean of the protection period, and no unit more.
    EXPECT_EQ(out.what_if.units.sold_units, 280);
    EXPECT_DOUBLE_EQ(out.what_if.average_stock_units(), 0);
}

TEST(WhatIf, UnitsAreConserved) {
    SCOPED_TRACE(kSeed);
    for (std::size_t life = 0; life < 6; ++life) {
        for (const double budget : {0.0, 5000.0}) {
            const WhatIfAnswer out =
                answer_of(columns(120, 90), {.lead_time_days = life,
                                             .review_period_days = 1 + life / 2,
                                             .shelf_life_days = life,
                                             .pack_units = 1 + static_cast<std::int64_t>(life),
                                             .budget = budget});
            for (const PolicyOutcome& policy : {out.today, out.what_if}) {
                EXPECT_EQ(policy.units.on_hand_at_start_units + policy.units.received_units,
                          policy.units.sold_units + policy.units.wasted_units +
                              policy.units.on_hand_at_end_units);
                EXPECT_LE(policy.units.sold_units, policy.units.demand_units);
            }
            EXPECT_EQ(out.today.units.demand_units, out.what_if.units.demand_units);
        }
    }
}

TEST(WhatIf, AHigherServiceLevelFillsMoreAndHoldsMore) {
    SCOPED_TRACE(kSeed);
    const DemandColumns demand = columns(600, 90);
    for (const std::size_t review : {1U, 3U, 7U}) {
        PolicyOutcome before{};
        for (const double service : {5.0, 50.0, 80.0, 90.0, 95.0, 99.0, 99.9}) {
            const WhatIfAnswer out =
                answer_of(demand, {.service_percent = service, .review_period_days = review});
            EXPECT_GE(out.what_if.units.sold_units, before.units.sold_units) << service;
            EXPECT_GT(out.what_if.units.stock_unit_days, before.units.stock_unit_days) << service;
            before = out.what_if;
        }
        EXPECT_GT(before.units.fill_rate(), 0.999);
    }
}

TEST(WhatIf, TodaysRuleDoesNotLookAtTheServiceLevelOrTheBudget) {
    const DemandColumns demand = columns(60, 90);
    const WhatIfAnswer low = answer_of(demand, {.service_percent = 60, .budget = 100});
    const WhatIfAnswer high = answer_of(demand, {.service_percent = 99});
    EXPECT_EQ(low.today.units, high.today.units);
}

TEST(WhatIf, NoDemandSellsNothingAndOrdersNothing) {
    const WhatIfAnswer out = answer_of(columns(60, 90), {.demand_percent = 0});
    for (const PolicyOutcome& policy : {out.today, out.what_if}) {
        EXPECT_EQ(policy.units, ReplayOutcome{});
        EXPECT_EQ(policy.cost.total(), 0);
        EXPECT_EQ(policy.days_of_cover(), 0);
    }
}

TEST(WhatIf, ScaledDemandKeepsItsSum) {
    const DemandColumns demand{
        .series = 1, .days = 84, .units = std::vector<std::int32_t>(84, 1), .unit_price = {1}};
    EXPECT_EQ(answer_of(demand, {.demand_percent = 50}).today.units.demand_units, 14);
    EXPECT_EQ(answer_of(demand, {.demand_percent = 150}).today.units.demand_units, 42);
    EXPECT_EQ(answer_of(demand, {}).today.units.demand_units, 28);
}

TEST(WhatIf, TheSameAgainAndInAnyOrderOfSeries) {
    SCOPED_TRACE(kSeed);
    const DemandColumns demand = columns(50, 80);
    DemandColumns turned = demand;
    for (std::size_t row = 0; row < demand.series; ++row) {
        const std::size_t other = demand.series - 1 - row;
        std::copy_n(demand.units.begin() + static_cast<std::ptrdiff_t>(row * demand.days),
                    demand.days,
                    turned.units.begin() + static_cast<std::ptrdiff_t>(other * demand.days));
        turned.unit_price[other] = demand.unit_price[row];
    }
    const WhatIfAnswer once = answer_of(demand, {.budget = 400});
    const WhatIfAnswer again = answer_of(demand, {.budget = 400});
    const WhatIfAnswer other = answer_of(turned, {.budget = 400});
    EXPECT_EQ(once.what_if.units, again.what_if.units);
    EXPECT_EQ(once.what_if.cost.total(), again.what_if.cost.total());
    EXPECT_EQ(once.what_if.units, other.what_if.units);
    EXPECT_EQ(once.today.units, other.today.units);
}

// The morning before must not know: with a last day that differs, all days before it are the same.
TEST(WhatIf, LevelsDoNotSeeTheirOwnDayOrLaterOnes) {
    SCOPED_TRACE(kSeed);
    DemandColumns demand = columns(40, 90);
    const WhatIfAnswer before = answer_of(demand, {});
    for (std::size_t row = 0; row < demand.series; ++row) {
        demand.units[row * demand.days + demand.days - 1] = 5000;
    }
    const WhatIfAnswer after = answer_of(demand, {});
    EXPECT_EQ(before.what_if.units.ordered_units, after.what_if.units.ordered_units);
    EXPECT_EQ(before.today.units.ordered_units, after.today.units.ordered_units);
    EXPECT_GT(after.today.units.demand_units, before.today.units.demand_units);
}

TEST(WhatIf, ABudgetLowersStockUntilItFits) {
    const DemandColumns demand = columns(200, 90);
    const WhatIfAnswer free = answer_of(demand, {.service_percent = 99});
    std::int64_t most_days = free.what_if.units.stock_unit_days;
    for (const double budget : {60'000.0, 30'000.0, 10'000.0, 1'000.0, 1.0}) {
        const WhatIfAnswer out = answer_of(demand, {.service_percent = 99, .budget = budget});
        EXPECT_LE(out.what_if.units.stock_unit_days, most_days) << budget;
        most_days = out.what_if.units.stock_unit_days;
    }
    EXPECT_EQ(answer_of(demand, {.service_percent = 99, .budget = 1}).cut_mornings, 28U);
    const WhatIfAnswer ample = answer_of(demand, {.service_percent = 99, .budget = 1e12});
    EXPECT_EQ(ample.what_if.units, free.what_if.units);
    EXPECT_EQ(ample.cut_mornings, 0U);
}

TEST(WhatIf, OptionsThatMakeNoSenseAreNamed) {
    const DemandColumns demand = columns(2, 40);
    const auto refused = [&](const WhatIfOptions& options, std::string_view word) {
        const auto answer = what_if(demand, options);
        ASSERT_FALSE(answer) << word;
        EXPECT_EQ(answer.error().kind, ErrorKind::kInvalidInput);
        EXPECT_NE(answer.error().message.find(word), std::string::npos) << answer.error().message;
    };
    refused({.service_percent = 100}, "service_percent 100");
    refused({.service_percent = 0}, "service_percent 0");
    refused({.demand_percent = -1}, "demand_percent -1");
    refused({.demand_percent = std::numeric_limits<double>::quiet_NaN()}, "demand_percent nan");
    refused({.lead_time_days = 64}, "lead_time_days 64");
    refused({.review_period_days = 0}, "review_period_days 0");
    refused({.days = 34}, "40 days: to replay 34 days, 41 are needed");
    refused({.days = 0}, "days 0");
    EXPECT_TRUE(what_if(demand, {.days = 33}));
}

}  // namespace
}  // namespace shelfcast::replenishment
