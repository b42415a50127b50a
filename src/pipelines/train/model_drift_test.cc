#include "pipelines/train/model_drift.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "demand/features.h"
#include "pipelines/models/test_models.h"
#include "pipelines/panel/test_sales.h"
#include "pipelines/train/feature_rows.h"
#include "ports/test_hand_clock.h"
#include "ports/test_one_store.h"
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
    EXPECT_EQ(samples->size(), 26U);  // 36 but six of the calendar, three of holidays and the age.
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
    sales.away = true;
    EXPECT_EQ(write_features({{sales, stores}, sales, clock}, {}, {}).error().kind,
              ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace shelfcast::train
