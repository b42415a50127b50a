#include "replenishment/calculator/calculator.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace shelfcast::replenishment {
namespace {

CalculatorMembers good_newsvendor() {
    return {{"demand_mean_per_day", {std::int64_t{50}}},
            {"demand_sd_per_day", {8.0}},
            {"holding_cost_per_unit_day", {0.18}},
            {"stockout_cost_per_unit", {0.7}}};
}

Result<CalculatorMembers> newsvendor_of(const CalculatorMembers& members) {
    const auto families = policy_families();
    const auto family = std::ranges::find(families, "newsvendor_normal", &CalculatorFamily::name);
    Inputs inputs(members);
    return family->calculate(inputs);
}

CalculatorMembers with(CalculatorMembers members, std::string_view name, CalculatorValue value) {
    std::ranges::find(members, name, &CalculatorMembers::value_type::first)->second =
        std::move(value);
    return members;
}

TEST(Calculator, AFaultNamesTheInputItsValueAndTheRule) {
    ASSERT_TRUE(newsvendor_of(good_newsvendor()).has_value());
    const auto fault_of = [](const CalculatorMembers& members) {
        const Result<CalculatorMembers> made = newsvendor_of(members);
        return made ? std::string("none") : made.error().message;
    };
    const CalculatorMembers good = good_newsvendor();
    EXPECT_EQ(fault_of(with(good, "demand_mean_per_day", {std::int64_t{-3}})),
              "demand_mean_per_day is -3: it must be more than 0");
    EXPECT_EQ(fault_of(with(good, "demand_sd_per_day", {std::string("wide")})),
              "demand_sd_per_day is \"wide\": it must be a number");
    EXPECT_EQ(fault_of(with(good, "holding_cost_per_unit_day", {})),
              "holding_cost_per_unit_day is missing");
    EXPECT_EQ(fault_of(with(good, "stockout_cost_per_unit", {CalculatorList(3)})),
              "stockout_cost_per_unit is a list of 3: it must be a number");
    // The first one is told.
    EXPECT_EQ(fault_of({}), "demand_mean_per_day is missing");
}

TEST(Calculator, ALongValueIsCutBetweenCharacters) {
    std::string text(77, 'x');
    text += "ä€ä€";
    EXPECT_EQ(to_text({text}), "\"" + std::string(77, 'x') + "ä…");
}

TEST(Calculator, WhatNobodyAskedForIsTold) {
    CalculatorMembers members = good_newsvendor();
    members.emplace_back("colour", CalculatorValue{std::string("red")});
    Inputs inputs(members);
    inputs.positive("demand_mean_per_day");
    inputs.positive("stockout_cost_per_unit");
    EXPECT_EQ(inputs.unused(), (std::vector<std::string>{"demand_sd_per_day",
                                                         "holding_cost_per_unit_day", "colour"}));
}

TEST(Calculator, EveryFamilyRefusesNoInputsAtAll) {
    for (const auto families : {policy_families(), order_families(), stock_families()}) {
        for (const CalculatorFamily& family : families) {
            const CalculatorMembers none;
            Inputs inputs(none);
            const Result<CalculatorMembers> made = family.calculate(inputs);
            ASSERT_FALSE(made.has_value()) << family.name;
            EXPECT_EQ(made.error().kind, ErrorKind::kInvalidInput);
        }
    }
}

}  // namespace
}  // namespace shelfcast::replenishment
