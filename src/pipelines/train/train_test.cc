#include "pipelines/train/train.h"

#include <gtest/gtest.h>

#include "pipelines/models/test_models.h"
#include "pipelines/panel/test_sales.h"
#include "pipelines/train/metric_rows.h"
#include "ports/test_hand_clock.h"
#include "ports/test_one_store.h"

namespace shelfcast::train {
namespace {

constexpr std::int32_t kFirst = 20'000;
constexpr std::int32_t kLast = 20'040;

/// Tea sells 4 a day. Training makes a forecaster that is off by the factor `next`.
struct TrainTest : ::testing::Test {
    panel::TestSales sales;
    ports::OneStore stores;
    ports::HandClock clock{1'764'381'600'000'000};
    models::MemoryFiles files;
    models::TestDigest digest;
    models::ModelRegistry registry{files, digest};
    models::Champion champion{registry, &models::MeanForecaster::load};
    double next = 1.5;
    std::vector<std::int32_t> cutoffs;

    void SetUp() override { sales.sell_daily("tea", kFirst, kLast, 4); }

    TrainOptions options() {
        TrainOptions made;
        made.model.horizon_days = 7;
        made.model.seed = 3;
        made.margin = 0.01;
        made.code_version = "0.1.0";
        return made;
    }
    Result<TrainReport> train(const TrainOptions& options, const std::stop_token& stop = {}) {
        clock.at_us += 1'000'000;
        const auto make =
            [&](const demand::DailyPanel& as_of, const forecast::TrainingOptions& with,
                const std::stop_token&) -> Result<std::unique_ptr<forecast::PanelForecaster>> {
            const demand::PanelSeries& tea = as_of.series.at(0);
            cutoffs.push_back(as_of.last_date(tea) - static_cast<std::int32_t>(with.horizon_days));
            forecast::TrainingReport report;
            report.series = as_of.series.size();
            report.data_from = tea.first_date;
            report.data_to = cutoffs.back();
            report.remarks = {"made for a test"};
            if (with.may_search) {
                report.search = {"24 leaves: 3.1 % less error on the days held back"};
                report.shape.leaves = 24;
            } else {
                report.shape = with.shape;
            }
            return std::make_unique<models::MeanForecaster>(next, with.horizon_days, report);
        };
        const auto sample = [](const demand::DailyPanel&, std::int32_t,
                               std::size_t) -> Result<std::vector<FeatureSample>> {
            return std::vector<FeatureSample>{{"units_lag_1", {1, 2, 3, 4}}};
        };
        return train_model(
            {{sales, stores}, sales, registry, champion, clock, {make, sample}}, options,
            [](auto, auto, auto) {}, stop);
    }
    std::string in_use() {
        const auto now = registry.champion();
        return now && *now ? (*now)->version : "";
    }
};

TEST_F(TrainTest, WhatTheSearchFoundServesTheModelAndIsTold) {
    TrainOptions searching = options();
    searching.search_seconds = 5;
    const auto made = train(searching);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->entry.shape.leaves, 24U);
    EXPECT_EQ(made->entry.remarks.front(), "24 leaves: 3.1 % less error on the days held back");
    EXPECT_EQ(train(options())->entry.shape.leaves, forecast::TreeShape{}.leaves);
}

TEST_F(TrainTest, TheFirstModelIsMeasuredOnDaysItDidNotSeeAndPutInUse) {
    const auto made = train(options());
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(cutoffs, (std::vector{kLast - 7, kLast}));
    const models::ModelEntry& entry = made->entry;
    EXPECT_EQ(entry.measures.rows, 7U);
    EXPECT_DOUBLE_EQ(*entry.measures.bias, 0.5);
    EXPECT_EQ(entry.held_back_from, kLast - 6);
    EXPECT_EQ(entry.held_back_to, kLast);
    EXPECT_EQ(entry.data_to, kLast);
    EXPECT_EQ(entry.seed, 3U);
    EXPECT_EQ(entry.remarks, std::vector<std::string>{"made for a test"});
    ASSERT_EQ(entry.features.size(), 1U);
    EXPECT_TRUE(made->is_in_use);
    EXPECT_EQ(in_use(), entry.version);
    EXPECT_EQ(registry.find(entry.version)->measures.wql, entry.measures.wql);
    // Told twice: before it was in use, and after.
    ASSERT_EQ(sales.written.size(), 2U);
    EXPECT_EQ(sales.written[0].first, kModelMetricsTable);
    const auto champions = [&](std::size_t at) {
        return sales.written[at].second.data<std::vector<std::uint8_t>>("is_champion");
    };
    EXPECT_EQ(champions(0), std::vector<std::uint8_t>{0});
    EXPECT_EQ(champions(1), std::vector<std::uint8_t>{1});
}

TEST_F(TrainTest, OnlyABetterModelTakesTheChampionsPlace) {
    ASSERT_TRUE(train(options()));
    const std::string first = in_use();
    next = 1.6;
    auto worse = train(options());
    ASSERT_TRUE(worse) << worse.error().message;
    EXPECT_FALSE(worse->is_in_use);
    EXPECT_EQ(in_use(), first);
    EXPECT_EQ(worse->entry.champion->version, first);
    EXPECT_DOUBLE_EQ(*worse->entry.champion->measures.bias, 0.5);
    // Its training had the days that are held back now, and that is said.
    EXPECT_NE(worse->entry.remarks.at(0).find("the comparison is in its favour"),
              std::string::npos);
    next = 1.1;
    const auto better = train(options());
    EXPECT_TRUE(better->is_in_use);
    EXPECT_EQ(in_use(), better->entry.version);
    EXPECT_EQ(registry.list()->size(), 3U);
}

TEST(Verdict, TheMarginIsAskedFor) {
    demand::AccuracyMeasures ours;
    models::Comparison champion{"m-1", {}};
    champion.measures.wql = 0.5;
    ours.wql = 0.496;
    EXPECT_FALSE(compare(ours, champion, 0.01).is_better);
    ours.wql = 0.495;
    EXPECT_TRUE(compare(ours, champion, 0.01).is_better);
    EXPECT_EQ(compare(ours, champion, 0.01).text,
              "wQL 0.4950 against 0.5000 of the champion m-1: 1.0 % less, at least 1.0 % less was "
              "asked.");
    ours.wql.reset();
    EXPECT_FALSE(compare(ours, champion, 0.01).is_better);
    EXPECT_TRUE(compare(ours, std::nullopt, 0.01).is_better);
}

TEST_F(TrainTest, AChampionThatCannotBeReadIsReplaced) {
    ASSERT_TRUE(train(options()));
    files.files["_models/" + in_use() + "/artefact.bin"] = "damaged";
    models::Champion restarted(registry, &models::MeanForecaster::load);
    next = 9;
    const auto make =
        [&](const demand::DailyPanel&, const forecast::TrainingOptions& with,
            const std::stop_token&) -> Result<std::unique_ptr<forecast::PanelForecaster>> {
        return std::make_unique<models::MeanForecaster>(next, with.horizon_days);
    };
    const auto sample = [](const demand::DailyPanel&, std::int32_t,
                           std::size_t) -> Result<std::vector<FeatureSample>> {
        return std::vector<FeatureSample>();
    };
    clock.at_us += 1'000'000;
    const auto made =
        train_model({{sales, stores}, sales, registry, restarted, clock, {make, sample}}, options(),
                    [](auto, auto, auto) {}, {});
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_TRUE(made->is_in_use);
    EXPECT_NE(made->entry.remarks.at(0).find("its artefact is damaged"), std::string::npos);
}

TEST_F(TrainTest, TooShortAHistoryIsSaidSo) {
    sales.sales.clear();
    EXPECT_EQ(train(options()).error().kind, ErrorKind::kInvalidInput);
    sales.sell_daily("tea", kLast, kLast, 4);
    EXPECT_EQ(train(options()).error().message,
              "there are 1 days of sales up to 2024-11-13: training takes 14 to learn from and 7 "
              "to be measured on; until then forecasts are from sales velocity");
    EXPECT_TRUE(registry.list()->empty());
    sales.sell_daily("tea", kLast - 20, kLast - 1, 4);
    EXPECT_TRUE(train(options()));
}

TEST_F(TrainTest, ADayThatIsNotOverIsRefused) {
    TrainOptions of_tomorrow = options();
    of_tomorrow.cutoff = kLast + 1;
    EXPECT_EQ(train(of_tomorrow).error().kind, ErrorKind::kInvalidInput);
}

TEST_F(TrainTest, AFailedWarehouseLeavesTheChampion) {
    ASSERT_TRUE(train(options()));
    const std::string first = in_use();
    next = 1.1;
    sales.refuses = true;
    EXPECT_EQ(train(options()).error().kind, ErrorKind::kUnavailable);
    EXPECT_EQ(in_use(), first);
    // The model that was registered stays one; the next training is compared as before.
    sales.refuses = false;
    EXPECT_TRUE(train(options())->is_in_use);
}

TEST_F(TrainTest, AShorterChampionIsComparedOverItsDays) {
    TrainOptions shorter = options();
    shorter.model.horizon_days = 3;
    ASSERT_TRUE(train(shorter));
    next = 1.1;
    const auto made = train(options());
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_TRUE(made->is_in_use);
    EXPECT_EQ(made->entry.measures.rows, 3U);
    EXPECT_NE(made->entry.remarks.at(1).find("forecasts 3 days: compared over those"),
              std::string::npos)
        << made->entry.remarks.at(1);
}

}  // namespace
}  // namespace shelfcast::train
