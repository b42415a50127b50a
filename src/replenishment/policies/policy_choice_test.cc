#include "replenishment/policies/policy_choice.h"

#include <gtest/gtest.h>

namespace shelfcast::replenishment {
namespace {

/// Two safeties by three sizes.
ChoiceOptions grid() { return {.safety_deviations = {0, 1}, .order_sizes = {0.5, 1, 2}}; }

RuleSurface own_costs() {
    return {.cost = {10, 12, 15, 14, 11, 16}, .fill_rate = {}, .upkeep = {}};
}

TEST(PolicyChoice, TheCheapestRuleOfAnItemAlone) {
    EXPECT_EQ(cheapest(own_costs(), grid()), (PolicyRule{.order_size = 0.5}));
}

TEST(PolicyChoice, WhatWasCheapestForAllCountsByItsWeight) {
    // In multiples of the least: own 1 1.2 1.5 1.4 1.1 1.6, shared 1.5 1.2 1.4 1.3 1.1 1.
    SharedCost shared{.cost = {1500, 1200, 1400, 1300, 1100, 1000}, .weight = 0};
    EXPECT_EQ(cheapest(own_costs(), shared, grid()), cheapest(own_costs(), grid()));
    shared.weight = 1;
    EXPECT_EQ(cheapest(own_costs(), shared, grid()),
              (PolicyRule{.safety_deviations = 1, .order_size = 1}));
    shared.weight = 100;
    EXPECT_EQ(cheapest(own_costs(), shared, grid()),
              (PolicyRule{.safety_deviations = 1, .order_size = 2}));
}

TEST(PolicyChoice, MoneyOfOtherItemsDoesNotDrownTheItems) {
    SharedCost shared{.cost = {1500, 1200, 1400, 1300, 1100, 1000}, .weight = 1};
    const PolicyRule chosen = cheapest(own_costs(), shared, grid());
    for (double& cost : shared.cost) {
        cost *= 1e6;
    }
    EXPECT_EQ(cheapest(own_costs(), shared, grid()), chosen);
}

TEST(PolicyChoice, ARuleThatCostsNothingIsTaken) {
    const SharedCost shared{.cost = {1, 1, 1, 1, 1, 1}, .weight = 1};
    RuleSurface free = own_costs();
    free.cost[3] = 0;
    EXPECT_EQ(cheapest(free, shared, grid()),
              (PolicyRule{.safety_deviations = 1, .order_size = 0.5}));
}

TEST(PolicyChoice, NeighboursAreAveraged) {
    std::vector<double> values = {16, 0, 0, 0, 0, 0};
    smooth_rules(values, grid());
    // Three quarters stay at an edge, one quarter goes to the neighbour, along either axis.
    EXPECT_EQ(values, (std::vector<double>{9, 3, 0, 3, 1, 0}));
}

}  // namespace
}  // namespace shelfcast::replenishment
