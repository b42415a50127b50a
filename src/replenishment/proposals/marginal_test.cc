#include "replenishment/proposals/marginal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace shelfcast::replenishment {
namespace {

using retail::Quantity;

/// Wants `wanted` units one by one, each worth less than the one before.
Claim claim(std::string_view key, std::int64_t wanted, double first_gain) {
    return {.key = key,
            .wanted = {wanted * 1'000},
            .first_step = {1'000},
            .step = {1'000},
            .gain = [=](Quantity given,
                        Quantity) { return first_gain - static_cast<double>(given.thousandths); },
            .cost = [](Quantity given) { return retail::Int128{given.thousandths}; }};
}

TEST(GiveOut, TheNextStepGoesToWhoeverGainsMost) {
    const std::vector<Claim> claims = {claim("a", 10, 5'000), claim("b", 10, 7'000)};
    EXPECT_EQ(give_out(claims, 4'000), (std::vector<Quantity>{{1'000}, {3'000}}));
    EXPECT_EQ(give_out(claims, 100'000), (std::vector<Quantity>{{10'000}, {10'000}}));
    EXPECT_EQ(give_out(claims, 999), (std::vector<Quantity>{{0}, {0}}));
}

TEST(GiveOut, TiesGoByKeyWhateverTheOrder) {
    std::vector<Claim> claims = {claim("b", 3, 1), claim("a", 3, 1), claim("c", 3, 1)};
    EXPECT_EQ(give_out(claims, 4'000), (std::vector<Quantity>{{1'000}, {2'000}, {1'000}}));
    std::ranges::reverse(claims);
    EXPECT_EQ(give_out(claims, 4'000), (std::vector<Quantity>{{1'000}, {2'000}, {1'000}}));
}

TEST(GiveOut, AFirstStepThatDoesNotFitLeavesTheRestToOthers) {
    std::vector<Claim> claims = {claim("a", 9, 9'000'000), claim("b", 9, 1)};
    claims[0].first_step = {6'000};
    EXPECT_EQ(give_out(claims, 5'000), (std::vector<Quantity>{{0}, {5'000}}));
    EXPECT_EQ(give_out(claims, 7'000), (std::vector<Quantity>{{7'000}, {0}}));
}

TEST(GiveOut, ManyStepsAreTakenSeveralAtOnceButReachTheWanted) {
    EXPECT_EQ(give_out(std::vector{claim("a", 1'000'003, 1)}, retail::Int128{1} << 80),
              (std::vector<Quantity>{{1'000'003'000}}));
}

}  // namespace
}  // namespace shelfcast::replenishment
