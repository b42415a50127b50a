#include "replenishment/proposals/proposal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace shelfcast::replenishment {
namespace {

constexpr Quantity units(std::int64_t whole) { return {whole * 1'000}; }

std::int64_t sum_of_adjustments(const Proposal& proposal) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < kAdjustments; ++i) {
        sum += proposal.adjusted_by(static_cast<Adjustment>(i)).thousandths;
    }
    return sum;
}

/// The identity that every stored row is promised to hold.
void expect_terms_add_up(const Proposal& proposal) {
    const StockPosition& position = proposal.position();
    EXPECT_EQ(proposal.quantity().thousandths,
              proposal.levels().order_up_to.thousandths - position.on_hand.thousandths -
                  position.on_order.thousandths - position.in_transit.thousandths +
                  position.reserved.thousandths + sum_of_adjustments(proposal));
    EXPECT_EQ(proposal.levels().reorder_point.thousandths,
              proposal.levels().protection_demand.thousandths +
                  proposal.levels().safety_stock.thousandths);
}

TEST(DayDemand, TakesItsVarianceFromTheQuantiles) {
    // Uniform on 0 to 10: the quantile function is straight to both ends.
    const std::vector<double> levels = {0.1, 0.5, 0.9};
    const std::vector<double> quantiles = {1, 5, 9};
    const CountDemand uniform = day_demand(5, levels, quantiles);
    EXPECT_NEAR(uniform.variance, 100.0 / 12, 1e-9);
    EXPECT_EQ(day_demand(3, {}, {}).variance, 3);
    const std::vector<double> point = {4, 4, 4};
    EXPECT_NEAR(day_demand(4, levels, point).variance, 0, 1e-12);
}

TEST(DemandOver, RepeatsTheLastWeekAndTakesPartsOfDays) {
    std::vector<CountDemand> days;
    for (int day = 0; day < 8; ++day) {
        days.push_back({static_cast<double>(day), 1});
    }
    EXPECT_NEAR(demand_over({days}, 2.5).mean, 0 + 1 + 0.5 * 2, 1e-12);
    EXPECT_NEAR(demand_over({days}, 9).mean, 28 + 1, 1e-12);  // Day 8 is day 1 again.
    EXPECT_NEAR(demand_over({days}, 10).mean, 29 + 2, 1e-12);
    EXPECT_NEAR(demand_over({days}, 4).variance, 4, 1e-12);
    EXPECT_NEAR(demand_over({days, 1}, 4).variance, 16, 1e-12);  // All errors are one.
    EXPECT_EQ(demand_over({}, 4).mean, 0);
}

TEST(ExpectedShortage, IsWhatItsDefinitionAddsUpTo) {
    // Sum of (n - s) P(D = n), from differences of tails.
    const auto by_sum = [](double stock, const CountDemand& demand) {
        double shortage = 0;
        for (int n = 1; n < demand.mean + 20 * std::sqrt(demand.variance) + 50; ++n) {
            const double chance =
                demand::chance_of_at_least(n, demand) - demand::chance_of_at_least(n + 1, demand);
            shortage += std::max(0.0, n - stock) * chance;
        }
        return shortage;
    };
    for (const CountDemand demand : {CountDemand{0.3, 0.5}, {4, 9}, {25, 400}, {2'000, 90'000}}) {
        for (const double share : {0.0, 0.5, 1.0, 1.5}) {
            const double stock = std::floor(share * demand.mean);
            EXPECT_NEAR(expected_shortage(stock, demand), by_sum(stock, demand),
                        1e-4 * (1 + demand.mean))
                << stock << " of " << demand.mean;
        }
    }
    EXPECT_EQ(expected_shortage(-2, {3, 3}), 5);
}

TEST(StockLevels, TheReorderPointIsTheLeastThatMeetsACycleServiceLevel) {
    const std::vector<CountDemand> days(7, {2, 2});
    const Terms terms{
        .review_period_days = 1, .lead_time_days = 2, .target = {TargetKind::kCycleService, 0.95}};
    const StockLevels levels = stock_levels(terms, {days});
    // Poisson of 6: P(D <= 10) = 0.9574, P(D <= 9) = 0.9161 (tables).
    EXPECT_EQ(levels.reorder_point, units(10));
    EXPECT_EQ(levels.protection_demand, units(6));
    EXPECT_EQ(levels.safety_stock, units(4));
    EXPECT_EQ(levels.order_up_to, units(10));
}

TEST(StockLevels, AnUncertainLeadTimeAddsDemandSquaredTimesItsVariance) {
    const std::vector<CountDemand> days(7, {100, 100});
    Terms terms{.review_period_days = 1, .lead_time_days = 3};
    const auto point = [&] {
        return static_cast<double>(stock_levels(terms, {days}).reorder_point.thousandths) / 1'000;
    };
    EXPECT_EQ(point(), demand::quantile(0.95, {400, 400}));
    terms.lead_time_std_dev_days = 1;
    EXPECT_EQ(point(), demand::quantile(0.95, {400, 400 + 10'000}));
}

TEST(StockLevels, TheFillRateIsReachedInASimulation) {
    const std::vector<CountDemand> days(7, {3, 3});
    const Terms terms{
        .review_period_days = 2, .lead_time_days = 1, .target = {TargetKind::kFillRate, 0.97}};
    const auto simulate = [&](double order_up_to) {
        constexpr unsigned kSeed = 20'260'301;
        std::mt19937 random(kSeed);
        std::poisson_distribution<int> wanted(3);
        double on_hand = order_up_to;
        double coming = 0;
        double met = 0;
        double all = 0;
        for (int day = 0; day < 400'000; ++day) {
            on_hand += day % 2 == 1 ? coming : 0;  // A day after it was ordered.
            coming = day % 2 == 1 ? 0 : coming;
            if (day % 2 == 0) {
                coming = order_up_to - on_hand;  // Backorders are below 0.
            }
            const double demand = wanted(random);
            all += demand;
            met += std::clamp(on_hand, 0.0, demand);
            on_hand -= demand;
        }
        return met / all;
    };
    const double point =
        static_cast<double>(stock_levels(terms, {days}).reorder_point.thousandths) / 1'000;
    EXPECT_GE(simulate(point), 0.97);
    EXPECT_LT(simulate(point - 1), 0.97);
}

TEST(StockLevels, AnOrdersCostIsSpreadOverSeveralPeriods) {
    const std::vector<CountDemand> days(7, {10, 10});
    Terms terms{.review_period_days = 1,
                .lead_time_days = 2,
                .unit_cost = UnitPrice{20'000},
                .holding_cost_per_year = 0.25,
                .order_cost = 5};
    const StockLevels levels = stock_levels(terms, {days});
    // sqrt(2 * 5 * 3650 / (0.25 * 2)) = 270.18, of which one period's 10 are bought anyway.
    EXPECT_EQ(levels.order_up_to.thousandths - levels.reorder_point.thousandths, 260'000);
    terms.unit_cost.reset();
    EXPECT_EQ(stock_levels(terms, {days}).order_up_to, stock_levels(terms, {days}).reorder_point);
}

class ProposeTest : public ::testing::Test {
protected:
    [[nodiscard]] Proposal proposal() const {
        Proposal made = propose(terms_, {days_}, position_);
        expect_terms_add_up(made);
        return made;
    }
    std::vector<CountDemand> days_ = std::vector<CountDemand>(14, {4, 4});
    /// 12 in a protection period; 18 are enough with 95 %.
    Terms terms_{.review_period_days = 1, .lead_time_days = 2};
    StockPosition position_{.on_hand = units(9), .reserved = units(2)};
};

TEST_F(ProposeTest, OrdersUpToTheLevel) {
    EXPECT_EQ(proposal().levels().order_up_to, units(18));
    EXPECT_EQ(proposal().quantity(), units(11));
    EXPECT_FALSE(proposal().limited_by());
}

TEST_F(ProposeTest, WhatIsOrderedAndOnItsWayCounts) {
    position_.on_order = units(5);
    position_.in_transit = units(2);
    EXPECT_EQ(proposal().quantity(), units(4));
    position_.in_transit = units(7);
    EXPECT_EQ(proposal().quantity(), units(0));  // 19 of 18.
    EXPECT_EQ(proposal().adjusted_by(Adjustment::kNotDue), units(1));
    EXPECT_FALSE(proposal().limited_by());
}

TEST_F(ProposeTest, RoundsUpToPacksAndTheLeastOrder) {
    terms_.pack_size = 6;
    EXPECT_EQ(proposal().quantity(), units(12));
    EXPECT_EQ(proposal().adjusted_by(Adjustment::kPack), units(1));
    terms_.min_order = units(20);
    EXPECT_EQ(proposal().quantity(), units(24));
    EXPECT_EQ(proposal().adjusted_by(Adjustment::kMinOrder), units(12));
}

TEST_F(ProposeTest, KeepsToTheRoom) {
    terms_.pack_size = 4;
    terms_.capacity = units(10);  // None of 7 is left when it comes, after two days of 4.
    EXPECT_EQ(proposal().quantity(), units(8));
    EXPECT_EQ(proposal().limited_by(), Adjustment::kCapacity);
    terms_.min_order = units(12);
    EXPECT_EQ(proposal().quantity(), units(0));  // Less than 12 is not delivered.
    EXPECT_EQ(proposal().limited_by(), Adjustment::kCapacity);
}

TEST_F(ProposeTest, KeepsToWhatSellsWithinItsLife) {
    terms_.shelf_life_days = 1;
    terms_.unit_cost = UnitPrice{9'000};
    terms_.unit_price = UnitPrice{10'000};
    // 12 within three days on average; with 90 % only 8 of them, of which 7 are there.
    EXPECT_EQ(proposal().quantity(), units(1));
    EXPECT_EQ(proposal().limited_by(), Adjustment::kShelfLife);
    terms_.shelf_life_days = 60;
    EXPECT_EQ(proposal().quantity(), units(11));
}

TEST_F(ProposeTest, WithheldIsNothingWhateverTheNeed) {
    for (const std::int64_t on_hand : {-5, 0, 500}) {
        const Proposal held = withhold({}, {.on_hand = units(on_hand)});
        expect_terms_add_up(held);
        EXPECT_EQ(held.quantity(), units(0));
        EXPECT_EQ(held.limited_by(), Adjustment::kData);
    }
}

TEST_F(ProposeTest, SaysWhenItIsDue) {
    position_ = {.on_hand = units(26)};
    EXPECT_EQ(days_until_due(proposal(), {days_}, 56),
              3);  // 8 spare, 4 a day, the third goes below.
    EXPECT_EQ(days_until_due(proposal(), {days_}, 2), std::nullopt);
    position_ = {.on_hand = units(3)};
    EXPECT_EQ(days_until_due(proposal(), {days_}, 56), 0);
}

TEST_F(ProposeTest, StockOutProbabilityIsThatOfTheProtectionPeriod) {
    position_ = {.on_hand = units(18)};
    EXPECT_NEAR(stock_out_probability(terms_, {days_}, position_),
                demand::chance_of_at_least(19, {12, 12}), 1e-12);
    position_ = {.on_hand = units(-1)};
    EXPECT_EQ(stock_out_probability(terms_, {days_}, position_), 1);
}

// Whatever is known and whatever happens to it afterwards, the terms add up to the thousandth, and
// a quantity is a number of whole packs that is delivered and has room.
RC_GTEST_PROP(Proposal, TermsAddUpExactly, ()) {
    std::vector<CountDemand> days;
    const auto count = *rc::gen::inRange(0, 20);
    for (int day = 0; day < count; ++day) {
        const double mean = *rc::gen::inRange(0, 20'000) / 1'000.0;
        days.push_back({mean, mean * (*rc::gen::inRange(0, 4'000) / 1'000.0)});
    }
    const auto thousandths = [](std::int64_t from, std::int64_t to) {
        return Quantity{*rc::gen::inRange<std::int64_t>(from, to)};
    };
    Terms terms;
    terms.review_period_days = *rc::gen::inRange(1, 15'000) / 1'000.0;
    terms.lead_time_days = *rc::gen::inRange(0, 15'000) / 1'000.0;
    terms.lead_time_std_dev_days = *rc::gen::inRange(0, 3'000) / 1'000.0;
    terms.min_order = thousandths(0, 50'000);
    terms.pack_size = *rc::gen::inRange(1U, 25U);
    if (*rc::gen::arbitrary<bool>()) {
        terms.capacity = thousandths(0, 200'000);
    }
    terms.shelf_life_days = *rc::gen::inRange(0U, 30U);
    if (*rc::gen::arbitrary<bool>()) {
        terms.unit_cost = UnitPrice{*rc::gen::inRange(0, 100'000)};
        terms.unit_price = UnitPrice{*rc::gen::inRange(0, 150'000)};
    }
    terms.order_cost = *rc::gen::inRange(0, 20);
    terms.holding_cost_per_year = *rc::gen::inRange(0, 50) / 100.0;
    terms.target = {
        *rc::gen::element(TargetKind::kCycleService, TargetKind::kFillRate, TargetKind::kCostRatio),
        *rc::gen::inRange(1, 1'000) / 1'000.0};
    const DemandPath path{days, *rc::gen::inRange(0, 1'000) / 1'000.0};
    const StockPosition position{thousandths(-50'000, 300'000), thousandths(0, 50'000),
                                 thousandths(0, 50'000), thousandths(0, 50'000)};
    Proposal proposal = propose(terms, path, position);
    expect_terms_add_up(proposal);
    const std::int64_t made = proposal.quantity().thousandths;
    RC_ASSERT(made >= 0);
    RC_ASSERT(made % (1'000 * std::int64_t{terms.pack_size}) == 0);
    RC_ASSERT(made == 0 || made >= terms.min_order.thousandths);
    const Room room = room_for(terms, path, position);
    RC_ASSERT(made == 0 || !room.capacity || proposal.quantity() <= *room.capacity);
    RC_ASSERT(made == 0 || !room.shelf_life || proposal.quantity() <= *room.shelf_life);
    for (const Adjustment why : {Adjustment::kSupplierMinimum, Adjustment::kAllocation,
                                 Adjustment::kBudget, Adjustment::kData}) {
        proposal.set(why, thousandths(0, 100'000));
        expect_terms_add_up(proposal);
    }
}

}  // namespace
}  // namespace shelfcast::replenishment
