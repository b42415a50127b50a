#include "replenishment/proposals/budget.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace shelfcast::replenishment {
namespace {

constexpr Quantity units(std::int64_t whole) { return {whole * 1'000}; }
constexpr retail::Revenue money(std::int64_t whole) { return {retail::Int128{whole} * 10'000'000}; }

/// Products of one order, each with 12 in a protection period and nothing on hand.
class OrderTest : public ::testing::Test {
protected:
    void add(std::int64_t cost, std::int64_t price, Terms terms = {}) {
        terms.lead_time_days = 2;
        terms.unit_cost = UnitPrice{cost * 10'000};
        terms.unit_price = UnitPrice{price * 10'000};
        terms_.push_back(terms);
    }
    std::vector<OrderLine> lines() {
        proposals_.clear();
        keys_.clear();
        for (std::size_t i = 0; i < terms_.size(); ++i) {
            proposals_.push_back(propose(terms_[i], {days_}, {}));
            keys_.push_back(std::string(1, static_cast<char>('a' + i)));
        }
        std::vector<OrderLine> made;
        for (std::size_t i = 0; i < terms_.size(); ++i) {
            made.push_back({.key = keys_[i],
                            .proposal = &proposals_[i],
                            .terms = &terms_[i],
                            .path = {days_}});
        }
        return made;
    }
    [[nodiscard]] std::vector<std::int64_t> quantities() const {
        std::vector<std::int64_t> whole;
        for (const Proposal& proposal : proposals_) {
            whole.push_back(proposal.quantity().thousandths / 1'000);
        }
        return whole;
    }
    /// Expected profit of a plan, over the protection period.
    [[nodiscard]] double profit(const std::vector<std::int64_t>& plan) const {
        double sum = 0;
        for (std::size_t i = 0; i < plan.size(); ++i) {
            const double margin = static_cast<double>(terms_[i].unit_price->ten_thousandths -
                                                      terms_[i].unit_cost->ten_thousandths);
            const CountDemand demand = demand_over({days_}, 3);
            sum += margin * (demand.mean - expected_shortage(static_cast<double>(plan[i]), demand));
        }
        return sum;
    }

    std::vector<CountDemand> days_ = std::vector<CountDemand>(7, {4, 4});
    std::vector<Terms> terms_;
    std::vector<Proposal> proposals_;
    std::vector<std::string> keys_;
};

TEST_F(OrderTest, ABudgetBuysWhatReturnsMost) {
    add(1, 2);  // Doubles its money.
    add(10, 12);
    const auto order = lines();
    EXPECT_EQ(quantities(), (std::vector<std::int64_t>{18, 18}));
    keep_to_budget(order, money(40));
    // No other plan within 40 earns more.
    double best = 0;
    for (std::int64_t a = 0; a <= 18; ++a) {
        for (std::int64_t b = 0; b <= 18 && a + 10 * b <= 40; ++b) {
            best = std::max(best, profit({a, b}));
        }
    }
    EXPECT_NEAR(profit(quantities()), best, 1e-6 * best);
    EXPECT_LE(value_of(order), money(40));
    EXPECT_EQ(proposals_[1].limited_by(), Adjustment::kBudget);
}

TEST_F(OrderTest, ABudgetThatIsEnoughChangesNothing) {
    add(1, 2);
    const auto order = lines();
    keep_to_budget(order, money(18));
    EXPECT_EQ(quantities(), (std::vector<std::int64_t>{18}));
    EXPECT_FALSE(proposals_[0].limited_by());
}

TEST_F(OrderTest, EqualLinesShareABudgetByTheirKeys) {
    add(1, 2);
    add(1, 2);
    auto order = lines();
    keep_to_budget(order, money(21));
    EXPECT_EQ(quantities(), (std::vector<std::int64_t>{11, 10}));
    order = lines();
    std::ranges::reverse(order);
    keep_to_budget(order, money(21));
    EXPECT_EQ(quantities(), (std::vector<std::int64_t>{11, 10}));
}

TEST_F(OrderTest, ASuppliersMinimumIsReachedWithWhatSellsSoonest) {
    add(1, 2, {.pack_size = 6});
    add(1, 2, {.pack_size = 6});
    const auto order = lines();
    meet_supplier_minimum(order, money(40), 7);  // 36 are needed.
    EXPECT_EQ(quantities(), (std::vector<std::int64_t>{24, 18}));
    EXPECT_EQ(proposals_[0].adjusted_by(Adjustment::kSupplierMinimum), units(6));
    EXPECT_FALSE(proposals_[0].limited_by());
}

TEST_F(OrderTest, AMinimumOutOfReachPostponesTheOrder) {
    add(1, 2);
    const auto order = lines();
    meet_supplier_minimum(order, money(1'000), 7);
    EXPECT_EQ(quantities(), (std::vector<std::int64_t>{0}));
    EXPECT_EQ(proposals_[0].limited_by(), Adjustment::kSupplierMinimum);
    // Nothing that is ordered is no small order.
    meet_supplier_minimum(order, money(1'000), 7);
    EXPECT_EQ(proposals_[0].adjusted_by(Adjustment::kSupplierMinimum), units(-18));
}

TEST_F(OrderTest, AMinimumDoesNotFillMoreThanTheRoom) {
    add(1, 2, {.capacity = units(20)});
    const auto order = lines();
    meet_supplier_minimum(order, money(25), 7);
    EXPECT_EQ(quantities(), (std::vector<std::int64_t>{0}));
    const auto again = lines();
    meet_supplier_minimum(again, money(20), 7);
    EXPECT_EQ(quantities(), (std::vector<std::int64_t>{20}));
}

}  // namespace
}  // namespace shelfcast::replenishment
