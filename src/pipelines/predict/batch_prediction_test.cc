#include "pipelines/predict/batch_prediction.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <string>
#include <tuple>

#include "pipelines/models/test_models.h"
#include "pipelines/panel/test_sales.h"
#include "pipelines/predict/forecast_rows.h"
#include "ports/test_hand_clock.h"
#include "ports/test_one_store.h"
#include "retail/float_columns.h"

namespace shelfcast::predict {
namespace {

constexpr std::int32_t kFirst = 20'000;
constexpr std::int32_t kLast = 20'040;

/// Tea and clocks in two stores; a model that expects the mean of the last week to go on.
struct BatchPredictionTest : ::testing::Test {
    panel::TestSales sales;
    ports::OneStore stores;
    ports::HandClock clock{1'764'381'600'000'000};
    models::MemoryFiles files;
    models::TestDigest digest;
    models::ModelRegistry registry{files, digest};
    models::Champion champion{registry, &models::MeanForecaster::load};

    void SetUp() override {
        sales.sell_daily("tea", kFirst, kLast, 4.3);
        sales.sell_daily("clock", kFirst, kLast, 1.1);
        sales.sell_daily("tea", kFirst, kLast, 2.7, 2);
        sales.categories["clock"] = "Home";
    }
    void put_in_use() {
        models::ModelEntry entry;
        entry.version = "m-1";
        entry.model_name = "blend";
        entry.horizon_days = 3;
        ASSERT_TRUE(registry.add(entry, "mean 1 3"));
        ASSERT_TRUE(registry.promote("m-1", "", 0));
    }
    Result<BatchPredictionReport> predict(const BatchPredictionOptions& options = {}) {
        return predict_all({{sales, stores}, sales, champion, clock}, options, {});
    }
    /// Mean by level, store, product, category and date.
    std::map<std::tuple<std::string, std::uint32_t, std::string, std::string, int>, double>
    means() {
        std::map<std::tuple<std::string, std::uint32_t, std::string, std::string, int>, double>
            found;
        for (const auto& [table, rows] : sales.written) {
            EXPECT_EQ(table, kForecastsTable);
            const auto text = [&](std::string_view column, std::size_t row) {
                return std::string(rows.data<retail::TextColumn>(column)[row]);
            };
            for (std::size_t row = 0; row < rows.rows(); ++row) {
                found[{text("level", row), rows.data<std::vector<std::uint32_t>>("store_id")[row],
                       text("product_id", row), text("category", row),
                       rows.data<std::vector<std::uint16_t>>("prediction_date")[row]}] =
                    std::strtod(text("predicted_demand", row).c_str(), nullptr);
            }
        }
        return found;
    }
};

TEST_F(BatchPredictionTest, MeansAddUpExactlyAtEveryLevel) {
    put_in_use();
    const auto report = predict();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->model_version, "m-1");
    EXPECT_EQ(report->cutoff, kLast);
    EXPECT_EQ(report->series, 3U);
    const auto found = means();
    // Three series, two stores, two categories, one region (none), the chain; three days each.
    EXPECT_EQ(found.size(), 9U * 3);
    EXPECT_EQ(report->rows, found.size());
    for (int day = 1; day <= 3; ++day) {
        const int date = kLast + day;
        const double tea_1 = found.at({"product_store", 1, "tea", "Drinks", date});
        const double clock_1 = found.at({"product_store", 1, "clock", "Home", date});
        const double tea_2 = found.at({"product_store", 2, "tea", "Drinks", date});
        EXPECT_NEAR(tea_1, 4.3, 0.001);
        EXPECT_EQ(found.at({"store", 1, "", "", date}), tea_1 + clock_1);
        EXPECT_EQ(found.at({"store", 2, "", "", date}), tea_2);
        EXPECT_EQ(found.at({"category", 0, "", "Drinks", date}), tea_1 + tea_2);
        EXPECT_EQ(found.at({"category", 0, "", "Home", date}), clock_1);
        EXPECT_EQ(found.at({"region", 0, "", "", date}), tea_1 + tea_2 + clock_1);
        EXPECT_EQ(found.at({"total", 0, "", "", date}), tea_1 + tea_2 + clock_1);
    }
    const retail::ColumnBlock& rows = sales.written.at(0).second;
    EXPECT_EQ(rows.data<retail::TextColumn>("quantile_levels")[0],
              "[0.01,0.025,0.05,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,0.95,0.975,0.99]");
    EXPECT_EQ(retail::float_at(rows, "naive_squared_error", 0), 0);
    EXPECT_NEAR(*retail::float_at(rows, "revenue_weight", 0), 28 * 1.1 * 2, 1e-3);
    EXPECT_EQ(retail::float_at(rows, "stock_out_risk_score", 0), std::nullopt);
}

TEST_F(BatchPredictionTest, AgainGivesTheSameRows) {
    put_in_use();
    ASSERT_TRUE(predict());
    const auto first = std::exchange(sales.written, {});
    ASSERT_TRUE(predict());
    EXPECT_EQ(first, sales.written);
}

TEST_F(BatchPredictionTest, TheRiskOfRunningOutGrowsDayByDay) {
    put_in_use();
    sales.on_hand_thousandths = 9'000;
    ASSERT_TRUE(predict());
    const retail::ColumnBlock& rows = sales.written.at(0).second;
    std::vector<double> risks;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        if (const auto risk = retail::float_at(rows, "stock_out_risk_score", row)) {
            EXPECT_EQ(rows.data<retail::TextColumn>("product_id")[row], "tea");
            EXPECT_EQ(rows.data<std::vector<std::uint32_t>>("store_id")[row], 1U);
            risks.push_back(*risk);
        }
    }
    ASSERT_EQ(risks.size(), 3U);
    EXPECT_LT(risks[0], 0.1);
    EXPECT_LT(risks[0], risks[1]);
    EXPECT_GT(risks[2], 0.8);  // 12.9 are wanted of 9.
    // Of a date gone by, today's stock says nothing.
    sales.written.clear();
    ASSERT_TRUE(predict({.cutoff = kLast - 5}));
    EXPECT_EQ(retail::float_at(sales.written.at(0).second, "stock_out_risk_score", 3),
              std::nullopt);
}

TEST_F(BatchPredictionTest, WhatIsMissingIsSaid) {
    EXPECT_NE(predict().error().message.find("no model is in use: `shelfcast train` makes one"),
              std::string::npos);
    put_in_use();
    EXPECT_EQ(predict({.horizon_days = 4}).error().message,
              "a horizon of 4 days: the model m-1 forecasts 1 to 3 (train with --horizon)");
    EXPECT_EQ(predict({.cutoff = kLast + 1}).error().kind, ErrorKind::kInvalidInput);
    sales.sales.clear();
    EXPECT_EQ(predict().error().kind, ErrorKind::kInvalidInput);
    EXPECT_TRUE(sales.written.empty());
}

TEST_F(BatchPredictionTest, AShorterHorizonAndWhatStillSells) {
    put_in_use();
    sales.sell_daily("umbrella", kFirst, kFirst + 2, 1);
    const auto report = predict({.horizon_days = 1, .sold_within_days = 30});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->series, 3U);
    EXPECT_EQ(report->rows, 9U);
}

TEST_F(BatchPredictionTest, ADamagedModelIsNamedUnlessThereIsAnOlderOne) {
    put_in_use();
    files.files["_models/m-1/artefact.bin"] = "damage";
    EXPECT_EQ(predict().error().kind, ErrorKind::kCorrupted);
    EXPECT_NE(predict().error().message.find("model m-1: its artefact is damaged"),
              std::string::npos);
}

}  // namespace
}  // namespace shelfcast::predict
