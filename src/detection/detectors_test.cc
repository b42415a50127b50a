/// Each detector: what it raises, and what must not raise it.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "detection/prices.h"
#include "detection/product_sales.h"
#include "detection/store_sales.h"
#include "detection/tills.h"

namespace shelfcast::detection {
namespace {

constexpr std::int32_t kToday = 20'400;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kMidnightMs = std::int64_t{kToday} * 24 * kHourMs;

TillState till(double others_since) {
    return {.store = StoreId{1},
            .register_id = "R3",
            .share = 1.0 / 3,
            .baskets = 2'800,
            .longest_usual = 20,
            .baskets_per_week = 2'100,
            .others_since = others_since,
            .last_basket_ms = kMidnightMs,
            .newest_basket_ms = kMidnightMs + 130 * 60'000};
}

TEST(SilentTill, SaysForHowLongAndWhatIsUsual) {
    const auto found = judge_tills(std::vector{till(45)});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].raises);
    EXPECT_EQ(found[0].subject.register_id, "R3");
    EXPECT_EQ(found[0].started_at_ms, kMidnightMs);
    EXPECT_EQ(found[0].reason,
              "Till R3 has sent nothing for 2 h 10 min, while the other tills of the store took 45 "
              "baskets; usually it takes about one basket in 3.");
}

TEST(SilentTill, ARunThatChanceMakesEveryWeekIsNone) {
    EXPECT_TRUE(judge_tills(std::vector{till(0), till(12)}).empty());
}

TEST(SilentTill, ATillThatOftenRestsIsGivenTime) {
    TillState rests = till(45);
    rests.longest_usual = 60;
    const auto found = judge_tills(std::vector{rests});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found[0].raises);
    rests.baskets = 10;  // Not known well enough.
    EXPECT_TRUE(judge_tills(std::vector{rests}).empty());
}

/// Three stores of a country that sell 40 lines in each hour from 9 to 18.
class StoreSales : public ::testing::Test {
protected:
    void SetUp() override {
        for (std::uint32_t store = 1; store <= 3; ++store) {
            for (std::int32_t back = 1; back <= kHistoryDays; ++back) {
                sell(store, kToday - back, 9, 19, 40);
            }
            clocks_.push_back({.store = StoreId{store},
                               .country = "GB",
                               .date = kToday,
                               .hour = 15,
                               .now_ms = kMidnightMs + 15 * kHourMs,
                               .midnight_ms = kMidnightMs});
            last_sales_[StoreId{store}] = kMidnightMs + 15 * kHourMs;
        }
    }
    void sell(std::uint32_t store, std::int32_t date, int from, int to, double lines) {
        for (int hour = from; hour < to; ++hour) {
            history_.add(StoreId{store}, date, hour, lines, 0);
        }
    }
    std::vector<Finding> judge() const { return judge_stores(history_, clocks_, last_sales_); }

    StoreHistory history_;
    std::vector<StoreClock> clocks_;
    std::map<StoreId, std::int64_t> last_sales_;
};

TEST_F(StoreSales, OnlyTheStoreThatSellsLittleIsADrop) {
    sell(1, kToday, 9, 15, 8);
    sell(2, kToday, 9, 15, 42);
    sell(3, kToday, 9, 15, 39);
    const auto found = judge();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].subject, (Subject{.kind = AnomalyKind::kDrop, .store = StoreId{1}}));
    EXPECT_TRUE(found[0].raises);
    EXPECT_LT(found[0].score, -5);
    EXPECT_EQ(found[0].observed, 48);
}

TEST_F(StoreSales, ThreeTimesTheUsualIsASpike) {
    sell(1, kToday, 9, 15, 120);
    sell(2, kToday, 9, 15, 40);
    sell(3, kToday, 9, 15, 40);
    const auto found = judge();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].subject.kind, AnomalyKind::kSpike);
    EXPECT_TRUE(found[0].raises);
}

TEST_F(StoreSales, WhatAllStoresHaveInCommonIsNoAnomaly) {
    for (std::uint32_t store = 1; store <= 3; ++store) {
        sell(store, kToday, 9, 15, 10);
    }
    EXPECT_TRUE(judge().empty());
}

TEST_F(StoreSales, AStoreThatSendsNothingWhileOthersSellIsSilent) {
    sell(1, kToday, 9, 13, 40);
    sell(2, kToday, 9, 15, 40);
    sell(3, kToday, 9, 15, 40);
    last_sales_[StoreId{1}] = kMidnightMs + 13 * kHourMs;
    const auto found = judge();
    const auto silent = std::ranges::find(found, AnomalyKind::kSilentStore,
                                          [](const Finding& one) { return one.subject.kind; });
    ASSERT_NE(silent, found.end());
    EXPECT_TRUE(silent->raises);
    EXPECT_EQ(silent->severity, Severity::kCritical);
    EXPECT_EQ(silent->reason,
              "The store has sent no sale for 2 h 0 min; usually it sells 80 receipt lines in that "
              "time.");
}

TEST_F(StoreSales, WhoSellsInLargeLotsIsSilentForLonger) {
    // Forty lines an hour as before, but eighty in one week and none in the next.
    StoreHistory lots;
    for (std::uint32_t store = 1; store <= 3; ++store) {
        for (std::int32_t back = 1; back <= kHistoryDays; ++back) {
            for (int hour = 9; hour < 19; ++hour) {
                const bool sells = (back / kWeekDays + hour) % 2 == 0;
                lots.add(StoreId{store}, kToday - back, hour, store > 1 ? 40 : sells ? 80 : 0, 0);
            }
        }
    }
    EXPECT_NEAR(lots.lines_together(StoreId{1}, kToday, 5), 40 * 8.0 / 7, 2);
    EXPECT_EQ(lots.lines_together(StoreId{2}, kToday, 5), 5);
    EXPECT_EQ(lots.lines_together(StoreId{9}, kToday, 5), 5);
    history_ = lots;
    sell(1, kToday, 9, 13, 40);
    sell(2, kToday, 9, 15, 40);
    sell(3, kToday, 9, 15, 40);
    last_sales_[StoreId{1}] = kMidnightMs + 13 * kHourMs;
    EXPECT_TRUE(judge().empty());
}

TEST_F(StoreSales, ADayOnWhichEverybodyIsClosedIsNoSilence) {
    for (auto& [store, last] : last_sales_) {
        last = kMidnightMs - 5 * kHourMs;
    }
    EXPECT_TRUE(judge().empty());
}

TEST_F(StoreSales, EarlyInTheDayNothingIsRaisedAndNothingEnds) {
    for (StoreClock& clock : clocks_) {
        clock.hour = 9.2;
    }
    for (const Finding& finding : judge()) {
        EXPECT_FALSE(finding.raises);
    }
    EXPECT_EQ(judge().size(), 9U);
}

/// Two stores with 100 lines a day; in both, "tea" makes 10 of them.
class ProductSales : public ::testing::Test {
protected:
    void SetUp() override {
        for (std::uint32_t store = 1; store <= 2; ++store) {
            ProductUsual tea{.store = StoreId{store},
                             .product_id = "tea",
                             .category = "Drinks",
                             .most_a_day = 16,
                             .first_date = kToday - kHistoryDays,
                             .last_date = kToday - 1,
                             .price_days = 56,
                             .low_price = 2,
                             .usual_price = 2.5,
                             .high_price = 2.5};
            tea.weeks.fill(70);
            usual_.push_back(tea);
            for (std::int32_t back = 0; back <= kHistoryDays; ++back) {
                history_.add(StoreId{store}, kToday - back, 12, 100, 0);
            }
            clocks_.push_back({.store = StoreId{store},
                               .country = "GB",
                               .date = kToday,
                               .hour = 20,
                               .now_ms = kMidnightMs + 20 * kHourMs,
                               .midnight_ms = kMidnightMs});
        }
        usual_[1].last_date = kToday;  // Sold there just now.
    }
    [[nodiscard]] ProductBook book() const { return {usual_, kToday}; }
    [[nodiscard]] LinesByStore lines() const { return lines_by_store(history_, clocks_, kToday); }
    [[nodiscard]] std::vector<Finding> spikes(double sold, double elsewhere,
                                              double price = 2.5) const {
        return judge_product_spikes(
            book(), lines(),
            std::vector{ProductRecent{.store = StoreId{1},
                                      .product_id = "tea",
                                      .lines = {sold, sold + 10, sold + 20},
                                      .other_lines = {elsewhere, 2 * elsewhere, 3 * elsewhere},
                                      .price = price}});
    }
    std::vector<Finding> silent_for(std::int32_t days, ShelfState state) {
        usual_[0].last_date = kToday - days - 1;
        for (std::size_t week = 0; week < static_cast<std::size_t>(days) / kWeekDays; ++week) {
            usual_[0].weeks[week] = 0;
        }
        const ProductBook made = book();
        const LinesByStore stores = lines();
        const auto silences = find_silences(made, stores);
        return judge_silences(made, stores, silences,
                              std::vector<ShelfState>(silences.size(), state));
    }

    std::vector<ProductUsual> usual_;
    StoreHistory history_;
    std::vector<StoreClock> clocks_;
};

TEST_F(ProductSales, SixTimesTheUsualInOneStoreIsASpike) {
    const auto found = spikes(60, 10);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].raises);
    EXPECT_EQ(found[0].subject.product_id, "tea");
    EXPECT_EQ(found[0].category, "Drinks");
    EXPECT_TRUE(spikes(17, 10).empty());
}

TEST_F(ProductSales, AnOfferOrWhatSellsEverywhereIsNoSpike) {
    EXPECT_TRUE(spikes(60, 60).empty());
    for (const Finding& finding : spikes(60, 0, 1.2)) {
        EXPECT_FALSE(finding.raises);  // Half the price.
    }
}

TEST_F(ProductSales, ANewProductIsNotJudged) {
    usual_[0].first_date = kToday - 10;
    EXPECT_TRUE(spikes(60, 10).empty());
    EXPECT_TRUE(silent_for(4, {.on_hand_units = 50, .other_lines = 40}).empty());
}

TEST_F(ProductSales, NoSaleWithStockIsADropAndLaterPhantomStock) {
    auto found = silent_for(4, {.on_hand_units = 50, .other_lines = 40});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].raises);
    EXPECT_EQ(found[0].subject.kind, AnomalyKind::kDrop);
    EXPECT_EQ(found[0].observed, 0);
    found = silent_for(14, {.on_hand_units = 50, .other_lines = 40});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].subject.kind, AnomalyKind::kPhantomStock);
    EXPECT_NE(found[0].reason.find("the books say that 50 are in stock"), std::string::npos);
}

TEST_F(ProductSales, NoSaleIsNoDropWithoutStockOrAfterASaleOrADelivery) {
    EXPECT_TRUE(silent_for(4, {.on_hand_units = 0, .other_lines = 40}).empty());
    EXPECT_TRUE(
        silent_for(4, {.on_hand_units = 50, .sold_since = true, .other_lines = 40}).empty());
    // The books have had stock since yesterday only.
    for (const Finding& finding :
         silent_for(4, {.on_hand_units = 50, .in_stock_date = kToday, .other_lines = 40})) {
        EXPECT_FALSE(finding.raises);
    }
}

TEST_F(ProductSales, AProductThatNobodySellsAnyMoreIsNoDrop) {
    EXPECT_TRUE(silent_for(4, {.on_hand_units = 50, .other_lines = 0}).empty());
}

TEST_F(ProductSales, WrongPricesByTheBooksAndByHabit) {
    const auto judge = [&](PriceAsked asked) {
        asked.store = StoreId{1};
        asked.product_id = "tea";
        return judge_prices(book(), lines(), std::vector{asked});
    };
    EXPECT_TRUE(judge({.price = 2.5}).empty());
    EXPECT_TRUE(judge({.price = 1.2}).empty());                       // An offer.
    EXPECT_TRUE(judge({.price = 0.25, .discounted = true}).empty());  // A clearance.
    EXPECT_TRUE(judge({.price = 0.8}).empty());                       // Once.
    EXPECT_EQ(judge({.price = 0.8, .price_before = 0.8}).size(), 1U);
    const auto found = judge({.price = 0.25});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].severity, Severity::kCritical);
    EXPECT_EQ(found[0].reason, "The till asks 0.25 for tea; its usual price is 2.50.");
    EXPECT_EQ(judge({.price = 25}).size(), 1U);
    // The books know better than habit.
    EXPECT_TRUE(judge({.price = 0.25, .price_in_force = 0.25}).empty());
    EXPECT_EQ(judge({.price = 2.5, .price_before = 2.5, .price_in_force = 2}).size(), 1U);
}

TEST_F(ProductSales, WherePricesReachFarOneLineProvesNothing) {
    for (int i = 0; i < 20; ++i) {
        ProductUsual other = usual_[0];
        other.product_id = "other " + std::to_string(i);
        other.high_price = 4 * other.usual_price;
        usual_.push_back(other);
    }
    EXPECT_DOUBLE_EQ(book().price_room(StoreId{1}).high, 4);
    EXPECT_DOUBLE_EQ(book().price_room(StoreId{2}).high, 1);
    const auto judge = [&](PriceAsked asked) {
        asked.store = StoreId{1};
        asked.product_id = "tea";
        return judge_prices(book(), lines(), std::vector{asked}).size();
    };
    EXPECT_EQ(judge({.price = 0.25}), 0U);
    EXPECT_EQ(judge({.price = 0.25, .price_before = 0.25}), 1U);
    EXPECT_EQ(judge({.price = 20, .price_before = 20}), 0U);
    EXPECT_EQ(judge({.price = 25, .price_before = 25}), 1U);
}

TEST_F(ProductSales, AStoreWhereManyReturnsComeTogetherIsUsedToThem) {
    const auto judge = [&] { return judge_returns(history_, clocks_, book(), {}); };
    for (std::int32_t back = 1; back <= kHistoryDays; ++back) {
        history_.add(StoreId{1}, kToday - back, 12, 0, 9);
        history_.add(StoreId{2}, kToday - back, 12, 0, back % kWeekDays == 0 ? 63 : 0);
    }
    history_.add(StoreId{2}, kToday, 12, 0, 63);
    EXPECT_TRUE(judge().empty());
    history_.add(StoreId{1}, kToday, 12, 0, 63);
    const auto found = judge();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].subject,
              (Subject{.kind = AnomalyKind::kUnusualReturns, .store = StoreId{1}}));
}

TEST_F(ProductSales, ManyReturnsOfAProductAreUnusual) {
    ProductRecent recent{.store = StoreId{1}, .product_id = "tea", .returns = 3};
    EXPECT_TRUE(judge_returns(history_, clocks_, book(), std::vector{recent}).empty());
    recent.returns = 12;
    const auto found = judge_returns(history_, clocks_, book(), std::vector{recent});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].raises);
    EXPECT_EQ(found[0].subject.kind, AnomalyKind::kUnusualReturns);
}

}  // namespace
}  // namespace shelfcast::detection
