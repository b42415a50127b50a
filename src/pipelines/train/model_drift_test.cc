#include "pipelines/train/model_drift.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "demand/features.h"
#include "pipelines/models/test_models.h"
#include "pipelines/panel/test_sales.h"
#include "pipelines/train/feature_rows.h"
#include "ports/test_hand_clock.h"
#include "ports/test_one_store.h"
#include "ports/test_store_days.h"
#include "retail/float_columns.h"

namespace shelfcast::train {
namespace {

constexpr std::int32_t kFirst = 20'000;
constexpr std::int32_t kLast = 20'060;

struct DriftTest : ::testing::Test {
    panel::TestSales sales;
    ports::OneStore stores;
    ports::HandClock clock{1'764'381'600'000'000};
    models::MemoryFiles files;
    models::TestDigest digest;
    models::ModelRegistry registry{files, digest};
    models::Champion champion{registry, &models::MeanForecaster::load};

    void SetUp() override {
        for (std::int32_t date = kFirst; date <= kLast; ++date) {
            sales.sell_daily("tea", date, date, 1 + date % 5);
        }
    }
    /// A model of what was sold until then.
    void put_in_use(std::int32_t cutoff) {
        models::ModelEntry entry;
        entry.version = "m-1";
        entry.horizon_days = 7;
        const auto panel = panel::read_panel({sales, stores}, {.dates = {kFirst, cutoff}}, {});
        const auto samples = sample_features(panel->panel, cutoff, 28);
        for (const FeatureSample& sample : *samples) {
            entry.features.push_back(detection::profile_of(sample.name, sample.values));
        }
        ASSERT_TRUE(registry.add(entry, "mean 1 7"));
        ASSERT_TRUE(registry.promote("m-1", "", 0));
    }
    Result<DriftReport> check() {
        return check_drift({{sales, stores}, sales, champion, clock, sample_features}, {}, {});
    }
};

TEST_F(DriftTest, WithoutAModelNothingIsLookedAt) {
    const auto report = check();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->model_version, "");
    EXPECT_TRUE(sales.written.empty());
}

TEST_F(DriftTest, WhatMovesWithTheDateIsNotSampled) {
    const auto panel = panel::read_panel({sales, stores}, {.dates = {kFirst, kLast}}, {});
    const auto samples = sample_features(panel->panel, kLast, 2);
    ASSERT_TRUE(samples) << samples.error().message;
    // 56 but six of the calendar, six of holidays and events, six of weather, four words more and
    // two ages.
    EXPECT_EQ(samples->size(), 32U);
    for (const FeatureSample& sample : *samples) {
        EXPECT_EQ(sample.values.size(), 2U) << sample.name;
    }
    const auto lag = std::ranges::find(*samples, "units_lag_1", &FeatureSample::name);
    ASSERT_NE(lag, samples->end());
    EXPECT_EQ(lag->values, (std::vector<float>{1 + kLast % 5, 1 + (kLast - 1) % 5}));
    EXPECT_EQ(std::ranges::find(*samples, "month", &FeatureSample::name), samples->end());
}

TEST_F(DriftTest, TheSameSalesDoNotDrift) {
    put_in_use(kLast);
    const auto report = check();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_GT(report->features, 20U);
    EXPECT_EQ(report->noticeable, 0U);
    ASSERT_EQ(sales.written.size(), 1U);
    EXPECT_EQ(sales.written[0].second.rows(), report->features);
    ASSERT_EQ(sales.computed.size(), 3U);
    EXPECT_EQ(sales.computed[0].second.at("from"), "2024-11-06");
    EXPECT_EQ(sales.computed[0].second.at("to"), "2024-12-03");
    EXPECT_EQ(sales.computed[1].second.at("model_version"), "m-1");
}

TEST_F(DriftTest, SalesThatDoubleDrift) {
    put_in_use(kLast);
    for (std::int32_t date = kLast + 1; date <= kLast + 28; ++date) {
        sales.sell_daily("tea", date, date, 2 * (6 + date % 5));
    }
    const auto report = check();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->date, kLast + 28);
    EXPECT_GE(report->strong, 5U);
    const retail::ColumnBlock& rows = sales.written[0].second;
    bool seen = false;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        if (rows.data<retail::TextColumn>("name")[row] == "units_lag_1") {
            seen = true;
            EXPECT_EQ(rows.data<retail::TextColumn>("status")[row], "alert");
            EXPECT_GT(retail::float_at(rows, "value", row), 0.25);
        }
    }
    EXPECT_TRUE(seen);
}

TEST_F(DriftTest, TheFeatureStoreHasARowPerSeriesThatSells) {
    sales.sell_daily("umbrella", kFirst - 200, kFirst - 190, 1);
    const auto report = write_features({{sales, stores}, sales, clock}, {}, {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->feature_date, kLast + 1);
    EXPECT_EQ(report->rows, 1U);
    const retail::ColumnBlock& rows = sales.written.at(0).second;
    EXPECT_EQ(rows.data<retail::TextColumn>("product_id")[0], "tea");
    EXPECT_EQ(rows.data<retail::TextColumn>("season")[0], "winter");
    EXPECT_EQ(rows.data<std::vector<std::uint32_t>>("definition_version")[0],
              demand::feature_definitions().version);
    EXPECT_EQ(rows.data<std::vector<std::uint8_t>>("month")[0], 12);
    EXPECT_EQ(rows.data<std::vector<std::uint8_t>>("is_promotion")[0], 0);
    EXPECT_EQ(retail::float_at(rows, "units_lag_1", 0), 1 + kLast % 5);
    EXPECT_EQ(retail::float_at(rows, "discount", 0), 0);
    EXPECT_EQ(retail::float_at(rows, "relative_price", 0), 1);
    EXPECT_EQ(retail::float_at(rows, "units_lag_90", 0), std::nullopt);
    EXPECT_EQ(rows.data<std::vector<std::int64_t>>("available_at")[0], clock.at_us / 1'000);
    EXPECT_EQ(rows.data<retail::TextColumn>("category")[0], "Drinks");
    EXPECT_EQ(rows.data<retail::TextColumn>("brand")[0], "Leaf");
    EXPECT_EQ(rows.data<retail::TextColumn>("local_event")[0], "");
    EXPECT_EQ(retail::float_at(rows, "temperature_celsius", 0), std::nullopt);
    EXPECT_EQ(retail::float_at(rows, "store_age_days", 0), 61);
    EXPECT_EQ(retail::float_at(rows, "product_store_count_28", 0), 1);
    EXPECT_EQ(retail::float_at(rows, "product_elsewhere_mean_28", 0), std::nullopt);
    sales.away = true;
    EXPECT_EQ(write_features({{sales, stores}, sales, clock}, {}, {}).error().kind,
              ErrorKind::kUnavailable);
}

TEST_F(DriftTest, TheFeatureStoreHasEventsAndWeatherAsTheyWereKnown) {
    ports::MemoryStoreDays store_days;
    constexpr std::int64_t kDayUs = 86'400'000'000;
    ASSERT_TRUE(store_days.put_local_events(
        {{StoreId{0}, kLast + 1, "Fair"}, {StoreId{1}, kLast + 9, "Match"}}));
    ASSERT_TRUE(
        store_days.put_weather({{StoreId{1}, kLast, 400, 120, (kLast + 40) * kDayUs},
                                {StoreId{1}, kLast + 1, 900, std::nullopt, (kLast + 1) * kDayUs}}));
    ASSERT_TRUE(write_features({{sales, stores, &store_days}, sales, clock}, {}, {}));
    const retail::ColumnBlock& rows = sales.written.at(0).second;
    EXPECT_EQ(rows.data<retail::TextColumn>("local_event")[0], "Fair");
    EXPECT_EQ(rows.data<std::vector<std::uint8_t>>("is_local_event")[0], 1);
    EXPECT_EQ(rows.data<std::vector<std::uint8_t>>("is_holiday")[0], 0);
    EXPECT_EQ(retail::float_at(rows, "days_to_local_event", 0), 0);
    EXPECT_EQ(retail::float_at(rows, "temperature_celsius", 0), 9);
    EXPECT_EQ(retail::float_at(rows, "precipitation_mm", 0), std::nullopt);
    EXPECT_EQ(retail::float_at(rows, "temperature_celsius_lag_1", 0), 4);
    EXPECT_EQ(retail::float_at(rows, "precipitation_mm_lag_1", 0), 1.2);
    // Once the day is over, what is given is how it was: nobody knew before.
    ASSERT_TRUE(store_days.put_weather({{StoreId{1}, kLast + 1, 950, 10, (kLast + 2) * kDayUs}}));
    ASSERT_TRUE(
        write_features({{sales, stores, &store_days}, sales, clock}, {.cutoff = kLast}, {}));
    EXPECT_EQ(retail::float_at(sales.written.at(1).second, "temperature_celsius", 0), std::nullopt);
    // The next day it is one of the past.
    sales.sell_daily("tea", kLast + 1, kLast + 1, 1);
    ASSERT_TRUE(write_features({{sales, stores, &store_days}, sales, clock}, {}, {}));
    EXPECT_EQ(retail::float_at(sales.written.at(2).second, "temperature_celsius_lag_1", 0), 9.5);
}

}  // namespace
}  // namespace shelfcast::train
