#include "demand/restock_alerts.h"

#include <gtest/gtest.h>

#include <vector>

namespace shelfcast::demand {
namespace {

StockRisk risk_of(double probability, std::int64_t now_ms, std::int64_t on_hand = 4'000) {
    return {.store = StoreId{7},
            .product_id = "tea",
            .position = {.on_hand = on_hand, .on_order = 0},
            .units_per_day = 5.125,
            .horizon_days = 3,
            .risk = {.probability = probability, .days_left = 0.78},
            .now_ms = now_ms,
            .stock_ends_ms = now_ms + 1'000};
}

TEST(RestockAlerts, OneIncidentFromRaiseToRecovery) {
    RestockAlertBook book;
    EXPECT_EQ(book.judge(risk_of(0.8, 1)), std::nullopt);
    const auto raised = book.judge(risk_of(0.81, 2));
    ASSERT_TRUE(raised);
    EXPECT_EQ(raised->raised_at_ms, 2);
    EXPECT_EQ(raised->recovered_at_ms, std::nullopt);
    for (const double wavering : {0.99, 0.79, 0.81, 0.5}) {
        EXPECT_EQ(book.judge(risk_of(wavering, 3)), std::nullopt);
    }
    auto over = book.judge(risk_of(0.49, 4));
    ASSERT_TRUE(over);
    EXPECT_EQ(over->recovered_at_ms, 4);
    over->recovered_at_ms.reset();
    EXPECT_EQ(*over, *raised);
    EXPECT_EQ(book.judge(risk_of(0.49, 5)), std::nullopt);
    const auto next = book.judge(risk_of(0.9, 6));
    ASSERT_TRUE(next);
    EXPECT_NE(next->id, raised->id);
}

TEST(RestockAlerts, GoOnAfterARestart) {
    RestockAlertBook before;
    const auto raised = before.judge(risk_of(0.9, 2));
    RestockAlertBook after;
    after.restore(std::vector{raised.value()});
    EXPECT_EQ(after.judge(risk_of(0.9, 3)), std::nullopt);
    EXPECT_EQ(after.judge(risk_of(0.1, 4))->id, raised->id);
}

TEST(RestockAlerts, SayWhyInPlainWords) {
    EXPECT_EQ(reason_of(risk_of(0.9, 1)),
              "4 left, 5.12 sell a day: ends in about 0.8 days. Nothing is on order.");
    StockRisk none = risk_of(1, 1, 0);
    none.position.on_order = 24'500;
    EXPECT_EQ(reason_of(none), "Nothing left, 5.12 sell a day. 24.5 on order.");
    EXPECT_EQ(reason_of(risk_of(1, 1, -2'000)),
              "The books say -2: nothing can be left, 5.12 sell a day. Nothing is on order.");
}

}  // namespace
}  // namespace shelfcast::demand
