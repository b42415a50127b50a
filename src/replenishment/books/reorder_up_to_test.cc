#include "replenishment/books/reorder_up_to.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "replenishment/books/test_sums.h"

namespace shelfcast::replenishment {
namespace {

struct Problem {
    std::vector<double> period_demand;
    std::vector<double> day_end_demand;
    OrderingCosts costs;

    [[nodiscard]] double position_cost(std::int64_t y) const {
        return costs.daily.holding_per_unit *
                   naive_surplus(day_end_demand, static_cast<double>(y)) +
               costs.daily.stockout_per_unit *
                   naive_shortage(day_end_demand, static_cast<double>(y));
    }

    /// As a Markov chain: the long-run share of reviews that leave each position behind, by running
    /// the chain until it stands still.
    [[nodiscard]] double chain_cost(std::int64_t s, std::int64_t up_to) const {
        const auto states = static_cast<std::size_t>(up_to - s);  // Units below S.
        std::vector<double> share(states, 1 / static_cast<double>(states));
        double orders = 0;
        for (double change = 1; change > 1e-13;) {
            std::vector<double> next(states, 0);
            double reached = 0;
            for (std::size_t below = 0; below < states; ++below) {
                for (std::size_t d = 0; d < period_demand.size() && below + d < states; ++d) {
                    next[below + d] += share[below] * period_demand[d];
                    reached += share[below] * period_demand[d];
                }
            }
            orders = 1 - reached;
            next[0] += orders;
            change = 0;
            for (std::size_t below = 0; below < states; ++below) {
                change += std::abs(next[below] - share[below]);
                // Half of the old: a chain that goes round in a circle comes to rest too.
                share[below] = (next[below] + share[below]) / 2;
            }
        }
        double cost = costs.per_order * orders;
        for (std::size_t below = 0; below < states; ++below) {
            cost += share[below] * position_cost(up_to - static_cast<std::int64_t>(below));
        }
        return cost;
    }
};

Problem any_problem(double& mean, double& lead_time_days) {
    mean = *rc::gen::inRange(2, 60) / 10.0;
    lead_time_days = *rc::gen::element(0.0, 0.0, 1.0, 1.5);
    const double holding = *rc::gen::inRange(2, 20) / 10.0;
    return {.period_demand = naive_poisson(mean),
            .day_end_demand = naive_poisson(mean * (lead_time_days + 1)),
            .costs = {.per_order = *rc::gen::inRange(0, 400) / 10.0,
                      .daily = {.holding_per_unit = holding,
                                .stockout_per_unit = holding * *rc::gen::inRange(10, 300) / 10.0}}};
}

RC_GTEST_PROP(ReorderUpTo, CostIsThatOfTheMarkovChain, ()) {
    double mean = 0;
    double lead_time_days = 0;
    const Problem problem = any_problem(mean, lead_time_days);
    ReorderUpToCosts policies =
        *ReorderUpToCosts::create({mean, mean}, lead_time_days, 1, problem.costs);
    const auto s = *rc::gen::inRange<std::int64_t>(-4, 12);
    const std::int64_t up_to = s + *rc::gen::inRange<std::int64_t>(1, 20);
    const double by_hand = problem.chain_cost(s, up_to);
    RC_ASSERT(std::abs(policies.cost_per_day({s, up_to}) - by_hand) < 1e-8 * by_hand);
}

RC_GTEST_PROP(ReorderUpTo, NoOtherPolicyIsCheaper, ()) {
    double mean = 0;
    double lead_time_days = 0;
    const Problem problem = any_problem(mean, lead_time_days);
    ReorderUpToCosts policies =
        *ReorderUpToCosts::create({mean, mean}, lead_time_days, 1, problem.costs);
    const UnitReorderUpTo best = *policies.best();
    const double cost = policies.cost_per_day(best);
    const double by_hand = problem.chain_cost(best.reorder_point_units, best.order_up_to_units);
    RC_ASSERT(std::abs(cost - by_hand) < 1e-8 * by_hand);
    // Every other pair around it, priced with the recursion that the test above holds to the chain.
    for (std::int64_t s = best.reorder_point_units - 12; s < best.reorder_point_units + 12; ++s) {
        for (std::int64_t up_to = std::max(s + 1, best.order_up_to_units - 30);
             up_to < best.order_up_to_units + 40; ++up_to) {
            RC_ASSERT(policies.cost_per_day({s, up_to}) >= cost * (1 - 1e-12));
        }
    }
}

TEST(ReorderUpTo, AReviewOfSeveralDaysChargesEachOfThem) {
    // Deterministic but for its size: with an order each review and S far above demand, the stock
    // of the three days is S - m, S - 2 m, S - 3 m on average.
    ReorderUpToCosts policies = *ReorderUpToCosts::create(
        {2, 2}, 0, 3, {.per_order = 6, .daily = {.holding_per_unit = 1, .stockout_per_unit = 9}});
    const double order_share = 1 - std::exp(-6.0);
    EXPECT_NEAR(policies.cost_per_day({99, 100}), (98 + 96 + 94) / 3.0 + 6 * order_share / 3, 0.01);
}

TEST(ReorderUpTo, WideAndLargePoliciesAreFoundAndTooWideOnesRefused) {
    const DailyStockCosts daily{.holding_per_unit = 1, .stockout_per_unit = 20};
    ReorderUpToCosts large =
        *ReorderUpToCosts::create({900, 900}, 2, 1, {.per_order = 4000, .daily = daily});
    const UnitReorderUpTo best = *large.best();
    // Near the economic order quantity, as much as a day's demand may blur it.
    EXPECT_NEAR(static_cast<double>(best.order_up_to_units - best.reorder_point_units), 2683, 900);
    ReorderUpToCosts wide =
        *ReorderUpToCosts::create({900, 900}, 0, 1, {.per_order = 1e7, .daily = daily});
    const Result<UnitReorderUpTo> refused = wide.best();
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().message.find("30000"), std::string::npos);
}

TEST(ReorderUpTo, WithoutAnOrderCostItIsTheBaseStockLevel) {
    const DailyStockCosts daily{.holding_per_unit = 1, .stockout_per_unit = 4};
    ReorderUpToCosts policies =
        *ReorderUpToCosts::create({6, 6}, 0, 1, {.per_order = 0, .daily = daily});
    const UnitReorderUpTo best = *policies.best();
    EXPECT_EQ(best.order_up_to_units, 8);
    EXPECT_EQ(best.reorder_point_units, 7);
}

RC_GTEST_PROP(ReorderUpTo, ThePowerApproximationCostsLittleMoreThanTheBest, ()) {
    const double mean = *rc::gen::inRange(40, 200) / 10.0;
    const OrderingCosts costs{
        .per_order = *rc::gen::inRange(100, 600) / 10.0,
        .daily = {.holding_per_unit = 1, .stockout_per_unit = *rc::gen::inRange(5, 30) * 1.0}};
    const PowerApproximation made = power_approximation(mean, std::sqrt(mean), 0, costs);
    ReorderUpToCosts policies = *ReorderUpToCosts::create({mean, mean}, 0, 1, costs);
    const double best = policies.cost_per_day(*policies.best());
    const double cost = policies.cost_per_day({std::llround(made.capped_reorder_point_units),
                                               std::llround(made.capped_order_up_to_units)});
    // Most costs are within 2 %; orders of a few units, in whole units, are the far end.
    RC_ASSERT(cost <= best * 1.15);
}

}  // namespace
}  // namespace shelfcast::replenishment
