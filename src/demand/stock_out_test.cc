#include "demand/stock_out.h"

#include <gtest/gtest.h>

#include <vector>

namespace shelfcast::demand {
namespace {

const std::vector<CountDemand> kFiveADay(10, CountDemand{5, 8});

TEST(StockOut, GrowsWithTheDaysAndShrinksWithStock) {
    double last = 1.1;
    for (const double on_hand : {0.0, 1.0, 10.0, 15.0, 30.0}) {
        const double now = stock_out_risk(on_hand, kFiveADay, {}, 0, 3).probability;
        EXPECT_LT(now, last);
        last = now;
    }
    EXPECT_EQ(stock_out_risk(0, kFiveADay, {}, 0, 3).probability, 1);
    EXPECT_LT(stock_out_risk(15, kFiveADay, {}, 0, 2).probability,
              stock_out_risk(15, kFiveADay, {}, 0, 3).probability);
    // Three days want 15 of variance 24 in all.
    EXPECT_NEAR(stock_out_risk(15, kFiveADay, {}, 0, 3).probability,
                chance_of_at_least(15, {15, 24}), 1e-12);
}

TEST(StockOut, ADeliveryHelpsFromTheNextDayOn) {
    const auto risk_with = [](std::size_t day) {
        return stock_out_risk(6, kFiveADay, std::vector<Delivery>{{day, 40}}, 0, 3).probability;
    };
    const double today_only = chance_of_at_least(6, {5, 8});
    EXPECT_NEAR(risk_with(0), today_only, 1e-12);
    EXPECT_NEAR(risk_with(1), chance_of_at_least(6, {10, 16}), 1e-12);
    EXPECT_NEAR(risk_with(3), chance_of_at_least(6, {15, 24}), 1e-12);
}

TEST(StockOut, AnUncertainLevelMakesTheTailsFatter) {
    EXPECT_GT(stock_out_risk(30, kFiveADay, {}, 0.1, 3).probability,
              stock_out_risk(30, kFiveADay, {}, 0, 3).probability);
}

TEST(StockOut, SaysWhenStockEnds) {
    EXPECT_DOUBLE_EQ(stock_out_risk(12.5, kFiveADay, {}, 0, 3).days_left.value(), 2.5);
    EXPECT_DOUBLE_EQ(
        stock_out_risk(8, kFiveADay, std::vector<Delivery>{{0, 10}}, 0, 3).days_left.value(), 3.6);
    EXPECT_DOUBLE_EQ(stock_out_risk(0, kFiveADay, {}, 0, 3).days_left.value(), 0);
    EXPECT_EQ(stock_out_risk(51, kFiveADay, {}, 0, 3).days_left, std::nullopt);
    // Nobody wants it: it stays.
    EXPECT_EQ(stock_out_risk(1, std::vector<CountDemand>(3), {}, 0, 3).days_left, std::nullopt);
}

}  // namespace
}  // namespace shelfcast::demand
