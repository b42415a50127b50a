#include "pipelines/panel/warehouse_panel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "pipelines/panel/test_sales.h"
#include "ports/test_one_store.h"
#include "ports/test_store_days.h"

namespace shelfcast::panel {
namespace {

struct WarehousePanelTest : ::testing::Test {
    TestSales sales;
    ports::OneStore stores;

    ports::MemoryStoreDays store_days;

    WarehousePanel read(const PanelQuestion& question) {
        auto made = read_panel({sales, stores, &store_days}, question, {});
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return made ? std::move(*made) : WarehousePanel{};
    }
};

TEST_F(WarehousePanelTest, DaysWithoutSalesAreZeroAndPricesGoOn) {
    sales.sales = {{.product = "tea", .date = 100, .units = 2, .price = 3},
                   {.product = "tea", .date = 103, .units = 1.5, .price = 4, .is_promoted = true}};
    sales.categories = {{"tea", "Drinks"}};
    sales.holidays = {101, 106};
    const WarehousePanel made = read({.dates = {90, 104}, .days_ahead = 2});
    const demand::DailyPanel& panel = made.panel;
    ASSERT_EQ(panel.series.size(), 1U);
    const demand::PanelSeries& tea = panel.series[0];
    EXPECT_EQ(tea.first_date, 100);
    EXPECT_EQ(tea.days, 7U);  // To the last date, and two to come.
    EXPECT_EQ(std::vector(panel.units.begin(), panel.units.begin() + 5),
              (std::vector<float>{2, 0, 0, 1.5, 0}));
    EXPECT_TRUE(std::isnan(panel.units[5]));
    EXPECT_EQ(std::vector(panel.price.begin(), panel.price.begin() + 5),
              (std::vector<float>{3, 3, 3, 4, 4}));
    EXPECT_TRUE(std::isnan(panel.price[5]));
    EXPECT_EQ(std::vector(panel.promo.begin(), panel.promo.begin() + 5),
              (std::vector<float>{0, 0, 0, 1, 0}));
    // Holidays to come are known.
    EXPECT_EQ(panel.holiday, (std::vector<float>{0, 1, 0, 0, 0, 0, 1}));
    EXPECT_EQ(panel.names.categories[tea.category], "Drinks");
    EXPECT_EQ(panel.names.brands[tea.brand], "Leaf");
    EXPECT_EQ(panel.names.regions[tea.region], "");
    EXPECT_EQ(made.store_of(tea), StoreId{1});
    EXPECT_EQ(made.product_of(tea), "tea");
    EXPECT_FALSE(panel.has_stock_outs);
}

TEST_F(WarehousePanelTest, LocalEventsAreHolidaysOfTheirStores) {
    sales.sell_daily("tea", 100, 103, 1, 1);
    sales.sell_daily("tea", 100, 103, 1, 2);
    sales.holidays = {101};
    EXPECT_TRUE(read({.dates = {90, 103}}).panel.store_days.empty());
    ASSERT_TRUE(store_days.put_local_events({{StoreId{0}, 101, "Fair"},
                                             {StoreId{0}, 102, "Fair"},
                                             {StoreId{1}, 102, "Match"},
                                             {StoreId{2}, 102, ""},
                                             {StoreId{2}, 105, "Parade"}}));
    const demand::DailyPanel panel = read({.dates = {90, 103}, .days_ahead = 2}).panel;
    EXPECT_EQ(panel.holiday, (std::vector<float>{0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1}));
    ASSERT_EQ(panel.store_days.size(), 2U);
    const auto& first = panel.store_days[0].events;
    EXPECT_EQ(first.at(101).name, "Fair");
    EXPECT_TRUE(first.at(101).is_public_holiday);
    EXPECT_EQ(first.at(102).name, "Match");
    EXPECT_FALSE(first.at(102).is_public_holiday);
    EXPECT_EQ(panel.store_days[1].events.size(), 2U);  // The fair of day 102 was taken back.
    store_days.away = true;
    EXPECT_EQ(read_panel({sales, stores, &store_days}, {.dates = {90, 103}}, {}).error().message,
              "the days of stores are away");
}

// Store 1 is in Berlin, an hour before UTC in January 1970.
TEST_F(WarehousePanelTest, WeatherToComeIsWhatWasGivenBeforeItsDayWasOver) {
    sales.sell_daily("tea", 9, 10, 1);
    constexpr std::int64_t kHourUs = 3'600'000'000;
    const std::int64_t end_of_11_us = 12 * 24 * kHourUs - kHourUs;
    const retail::DayWeather past = {StoreId{1}, 10, 550, 25, 90 * 24 * kHourUs};
    const retail::DayWeather foreseen = {StoreId{1}, 11, std::nullopt, 100, end_of_11_us - 1};
    const retail::DayWeather later = {StoreId{1}, 12, 100, 0, end_of_11_us + 24 * kHourUs};
    ASSERT_TRUE(store_days.put_weather({past, foreseen, later}));
    EXPECT_TRUE(read({.dates = {1, 10}, .days_ahead = 3}).panel.store_days.empty());
    const demand::DailyPanel panel =
        read({.dates = {1, 10}, .days_ahead = 3, .with_weather = true}).panel;
    ASSERT_EQ(panel.store_days.size(), 1U);
    const auto& weather = panel.store_days[0].weather;
    ASSERT_EQ(weather.size(), 2U);
    EXPECT_EQ(weather.at(10).temperature_celsius, 5.5F);
    EXPECT_EQ(weather.at(10).precipitation_mm, 0.25F);
    EXPECT_TRUE(std::isnan(weather.at(11).temperature_celsius));
    EXPECT_EQ(weather.at(11).precipitation_mm, 1);
    EXPECT_EQ(panel.holiday, std::vector<float>(5, 0));
}

TEST_F(WarehousePanelTest, HoursWithoutStockAreMarkedFromTheFirstSaleOn) {
    sales.sales = {{.product = "tea", .date = 99, .stock_out_mask = 7},
                   {.product = "tea", .date = 100, .units = 2},
                   {.product = "tea", .date = 102, .stock_out_mask = 0b1100}};
    const WarehousePanel made = read({.dates = {90, 103}});
    ASSERT_EQ(made.panel.series.size(), 1U);
    EXPECT_EQ(made.panel.stock_out_mask, (std::vector<std::uint32_t>{0, 0, 0b1100, 0}));
    EXPECT_TRUE(made.panel.has_stock_outs);
    EXPECT_EQ(made.panel.units, (std::vector<float>{2, 0, 0, 0}));
}

TEST_F(WarehousePanelTest, WhatWasSoldByTheHourIsTold) {
    sales.sell_daily("tea", 90, 95, 1);
    sales.sold_by_hour = {{9, 4}, {23, 2}};
    const demand::DayHours hours = read({.dates = {90, 95}}).panel.sold_by_hour;
    EXPECT_EQ(hours[9], 4);
    EXPECT_EQ(hours[23], 2);
    EXPECT_EQ(std::accumulate(hours.begin(), hours.end(), 0.0), 6);
    EXPECT_EQ(sales.hours_asked_to, retail::format_date(95));
    read({.dates = {90, 95}, .days_held_back = 2});
    EXPECT_EQ(sales.hours_asked_to, retail::format_date(93));
    sales.sold_by_hour = {{24, 1}};
    const auto damaged = read_panel({sales, stores}, {.dates = {90, 95}}, {});
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().message, "the warehouse gave sales of hour 24");
}

TEST_F(WarehousePanelTest, WhatDidNotSellLatelyIsLeftOut) {
    sales.sell_daily("clock", 90, 95, 1);
    sales.sell_daily("tea", 90, 100, 1);
    sales.sell_daily("umbrella", 90, 94, 1, 2);
    const WarehousePanel made = read({.dates = {90, 100}, .sold_since = 96});
    ASSERT_EQ(made.panel.series.size(), 1U);
    EXPECT_EQ(made.product_of(made.panel.series[0]), "tea");
    EXPECT_EQ(made.panel.units.size(), 11U);
    EXPECT_EQ(made.panel.holiday.size(), 11U);
}

TEST_F(WarehousePanelTest, EachStoreInItsOrder) {
    sales.sell_daily("tea", 100, 101, 1, 2);
    sales.sell_daily("tea", 100, 101, 5, 1);
    const WarehousePanel all = read({.dates = {90, 101}});
    EXPECT_EQ(all.stores, (std::vector<StoreId>{StoreId{1}, StoreId{2}}));
    EXPECT_EQ(all.panel.units, (std::vector<float>{5, 5, 1, 1}));
    // One product, whichever store it is in.
    EXPECT_EQ(all.panel.series[0].product, all.panel.series[1].product);
    EXPECT_EQ(all.panel.names.stores, (std::vector<std::string>{"1", "2"}));
}

TEST_F(WarehousePanelTest, NoSalesNoSeries) {
    EXPECT_TRUE(read({.dates = {90, 101}}).panel.series.empty());
}

TEST_F(WarehousePanelTest, FailuresAndStopsAreHandedOn) {
    sales.sell_daily("tea", 100, 101, 1);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(read_panel({sales, stores}, {.dates = {90, 101}}, stop.get_token()).error().kind,
              ErrorKind::kUnavailable);
    sales.away = true;
    EXPECT_EQ(read_panel({sales, stores}, {.dates = {90, 101}}, {}).error().message,
              "the warehouse is away");
}

TEST_F(WarehousePanelTest, TheCutOffIsTheNewestDayWithSalesThatIsOver) {
    EXPECT_NE(settle_cutoff(sales, 0, std::nullopt).error().message.find("there are no sales"),
              std::string::npos);
    sales.sell_daily("tea", 100, 105, 1);
    sales.last_over = 104;
    EXPECT_EQ(settle_cutoff(sales, 0, std::nullopt), 104);
    EXPECT_EQ(settle_cutoff(sales, 0, 101), 101);
    EXPECT_EQ(settle_cutoff(sales, 0, 105).error().message,
              "1970-04-16 is not over in every store: the last business date that is, is "
              "1970-04-15");
    EXPECT_EQ(settle_cutoff(sales, 0, 99).error().message,
              "1970-04-10 is before the first sale, on 1970-04-11");
}

}  // namespace
}  // namespace shelfcast::panel
