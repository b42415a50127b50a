#include "replenishment/proposals/two_echelon.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>
#include <string>

namespace shelfcast::replenishment {
namespace {

constexpr Quantity units(std::int64_t whole) { return {whole * 1'000}; }

TEST(JointDemand, AddsUpDayByDay) {
    const std::vector<CountDemand> one(3, {2, 3});
    const std::vector<CountDemand> other(5, {1, 1});
    const std::vector<std::span<const CountDemand>> stores = {one, other};
    const auto joint = joint_demand(stores);
    ASSERT_EQ(joint.size(), 5U);
    for (const CountDemand& day : joint) {  // The shorter one goes on.
        EXPECT_NEAR(day.mean, 3, 1e-12);
        EXPECT_NEAR(day.variance, 4, 1e-12);
    }
    EXPECT_TRUE(joint_demand({}).empty());
}

class ShareOutTest : public ::testing::Test {
protected:
    void add(double a_day, std::int64_t on_hand, std::uint32_t pack_size = 1) {
        days_.emplace_back(7, CountDemand{a_day, a_day});
        terms_.push_back({.lead_time_days = 2, .pack_size = pack_size});
        proposals_.push_back(propose(terms_.back(), {days_.back()}, {.on_hand = units(on_hand)}));
    }
    void share(std::int64_t available) {
        std::vector<std::string> keys;
        for (std::size_t i = 0; i < terms_.size(); ++i) {
            keys.push_back(std::to_string(1'000 + i));
        }
        std::vector<ShareClaim> claims;
        for (std::size_t i = 0; i < terms_.size(); ++i) {
            claims.push_back({keys[i], &proposals_[i], &terms_[i], {days_[i]}});
        }
        share_out(claims, units(available));
    }
    [[nodiscard]] std::int64_t given(std::size_t i) const {
        return proposals_[i].quantity().thousandths / 1'000;
    }

    std::vector<std::vector<CountDemand>> days_;
    std::vector<Terms> terms_;
    std::vector<Proposal> proposals_;
};

TEST_F(ShareOutTest, EnoughIsForEverybody) {
    add(4, 0);
    add(4, 10);
    share(26);
    EXPECT_EQ(given(0), 18);
    EXPECT_EQ(given(1), 8);
    EXPECT_FALSE(proposals_[0].limited_by());
}

TEST_F(ShareOutTest, WhatIsShortMakesEveryStoreEquallyLikelyToRunOut) {
    add(4, 0);
    add(4, 10);
    share(14);
    EXPECT_EQ(given(0), 12);
    EXPECT_EQ(given(1), 2);  // 12 each.
    EXPECT_EQ(proposals_[0].limited_by(), Adjustment::kAllocation);
}

TEST_F(ShareOutTest, NothingIsGivenOfNothing) {
    add(4, 0);
    share(-3);
    EXPECT_EQ(given(0), 0);
}

RC_GTEST_PROP(ShareOut, GivesNoMoreThanThereIsNorThanWasAskedInWholePacks, ()) {
    std::vector<std::vector<CountDemand>> days;
    std::vector<Terms> terms;
    std::vector<Proposal> proposals;
    std::vector<std::string> keys;
    const int count = *rc::gen::inRange(1, 6);
    for (int i = 0; i < count; ++i) {
        days.emplace_back(7, CountDemand{*rc::gen::inRange(1, 90) / 10.0, 9});
        terms.push_back({.lead_time_days = 2, .pack_size = *rc::gen::inRange(1U, 7U)});
        proposals.push_back(
            propose(terms.back(), {days.back()}, {.on_hand = units(*rc::gen::inRange(0, 30))}));
        keys.push_back(std::to_string(i));
    }
    std::vector<std::int64_t> asked;
    std::vector<ShareClaim> claims;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        asked.push_back(proposals[i].quantity().thousandths);
        claims.push_back({keys[i], &proposals[i], &terms[i], {days[i]}});
    }
    const Quantity available = units(*rc::gen::inRange(0, 100));
    share_out(claims, available);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const std::int64_t given = proposals[i].quantity().thousandths;
        RC_ASSERT(given <= asked[i]);
        RC_ASSERT(given % (1'000 * terms[i].pack_size) == 0);
        sum += given;
    }
    const std::int64_t wanted = std::accumulate(asked.begin(), asked.end(), std::int64_t{0});
    RC_ASSERT(sum <= available.thousandths || sum == wanted);
    RC_ASSERT(wanted > available.thousandths || sum == wanted);
    RC_ASSERT(wanted <= available.thousandths || sum <= available.thousandths);
}

}  // namespace
}  // namespace shelfcast::replenishment
