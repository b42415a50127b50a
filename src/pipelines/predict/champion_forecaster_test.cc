#include "pipelines/predict/champion_forecaster.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pipelines/models/test_models.h"
#include "pipelines/panel/test_sales.h"
#include "pipelines/predict/predict_one.h"
#include "ports/test_hand_clock.h"
#include "ports/test_one_store.h"

namespace shelfcast::predict {
namespace {

/// 2026-11-23T11:00:00Z: noon of a Monday in Berlin.
constexpr std::int64_t kNowUs = 1'795'431'600'000'000;
constexpr std::int32_t kToday = 20'780;

/// Knows tea, of which half a day's demand is still to come at noon; 1 a day.
class Velocity final : public ports::Forecaster {
public:
    Status forecast(std::int64_t, std::size_t,
                    const std::function<void(const ports::SeriesForecast&)>&) override {
        return fail(ErrorKind::kUnavailable, "every series was asked for");
    }
    Status forecast_one(StoreId store, std::string_view product_id, std::int64_t, std::size_t days,
                        const std::function<void(const ports::SeriesForecast&)>& take) override {
        if (product_id == "tea") {
            const std::vector<ports::DayDemand> demand(days, {1, 1});
            std::vector<double> shares(24, 0);
            shares[9] = 0.5;
            shares[18] = 0.5;
            ports::SeriesForecast series;
            series.store = store;
            series.product_id = product_id;
            series.first_date = kToday;
            series.units_per_day = 1;
            series.days = demand;
            series.share_of_hour = shares;
            take(series);
        }
        return {};
    }
};

struct ChampionForecasterTest : ::testing::Test {
    panel::TestSales sales;
    ports::OneStore stores;
    ports::HandClock clock{kNowUs};
    models::MemoryFiles files;
    models::TestDigest digest;
    models::ModelRegistry registry{files, digest};
    models::Champion champion{registry, &models::MeanForecaster::load};
    Velocity velocity;
    ChampionForecaster forecaster{{{sales, stores}, champion, clock, velocity}, {}};

    void SetUp() override {
        sales.sell_daily("tea", kToday - 30, kToday - 1, 4);
        sales.sell_daily("clock", kToday - 30, kToday - 1, 2);
    }
    void put_in_use(const std::string& version, const std::string& artefact) {
        models::ModelEntry entry;
        entry.version = version;
        entry.horizon_days = 7;
        ASSERT_TRUE(registry.add(entry, artefact));
        ASSERT_TRUE(registry.promote(version, "", 0));
    }
    retail::Prediction ask(const std::string& product, std::size_t days = 3,
                           StoreId store = StoreId{1}) {
        const auto answer = predict_one(forecaster, {"r", store, product, days}, kNowUs);
        EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
        return answer.value_or(retail::Prediction{});
    }
};

TEST_F(ChampionForecasterTest, TheModelInUseIsAsked) {
    put_in_use("m-1", "mean 1 7");
    const retail::Prediction tea = ask("tea");
    EXPECT_EQ(tea.model, "m-1");
    ASSERT_EQ(tea.days.size(), 3U);
    EXPECT_EQ(tea.days[0].date, kToday);
    EXPECT_DOUBLE_EQ(tea.days[0].mean, 2);  // What is left of today.
    EXPECT_DOUBLE_EQ(tea.days[1].mean, 4);
    EXPECT_NEAR(tea.days[1].p10, 4 * 0.6, 1e-5);  // The model's own quantiles.
    EXPECT_NEAR(tea.days[1].p50, 4, 1e-5);
    EXPECT_NEAR(tea.days[1].p90, 4 * 1.4, 1e-5);
    EXPECT_EQ(tea.units_per_day, 4);
    // A product that velocity does not know.
    EXPECT_EQ(ask("clock").model, "m-1");
    EXPECT_DOUBLE_EQ(ask("clock").days[1].mean, 2);
}

TEST_F(ChampionForecasterTest, BeyondTheModelsDaysTheFallbackGoesOn) {
    put_in_use("m-1", "mean 1 7");
    const retail::Prediction tea = ask("tea", 9);
    EXPECT_DOUBLE_EQ(tea.days[6].mean, 4);
    EXPECT_DOUBLE_EQ(tea.days[7].mean, 1);
    EXPECT_DOUBLE_EQ(ask("clock", 9).days[7].mean, 2);
}

TEST_F(ChampionForecasterTest, WithoutAModelVelocityAnswersAndSaysSo) {
    EXPECT_EQ(ask("tea").model, "velocity");
    EXPECT_DOUBLE_EQ(ask("tea").days[1].mean, 1);
    EXPECT_TRUE(ask("clock").days.empty());
    EXPECT_NE(ask("clock").reason, "");
    put_in_use("m-1", "of a newer program");
    EXPECT_EQ(ask("tea").model, "velocity");
}

TEST_F(ChampionForecasterTest, OldSalesSayNothingOfToday) {
    put_in_use("m-1", "mean 1 7");
    sales.sales.clear();
    sales.sell_daily("tea", kToday - 30, kToday - 4, 4);
    EXPECT_EQ(ask("tea").model, "velocity");
}

TEST_F(ChampionForecasterTest, AnotherModelAnotherAnswer) {
    put_in_use("m-1", "mean 1 7");
    EXPECT_DOUBLE_EQ(ask("tea").days[1].mean, 4);
    // Kept: the sales are not read anew for each request.
    for (auto& sale : sales.sales) {
        sale.units = 8;
    }
    EXPECT_DOUBLE_EQ(ask("tea").days[1].mean, 4);
    put_in_use("m-2", "mean 2 7");
    EXPECT_EQ(ask("tea").model, "m-2");
    EXPECT_DOUBLE_EQ(ask("tea").days[1].mean, 16);
    clock.at_us += 601'000'000;
    for (auto& sale : sales.sales) {
        sale.units = 10;
    }
    EXPECT_DOUBLE_EQ(ask("tea").days[1].mean, 20);
}

TEST_F(ChampionForecasterTest, AStoreThatIsNotKnown) {
    put_in_use("m-1", "mean 1 7");
    EXPECT_TRUE(ask("clock", 3, StoreId{9}).days.empty());
}

TEST_F(ChampionForecasterTest, AChainTooLargeToWaitForIsTheFallbacks) {
    put_in_use("m-1", "mean 1 7");
    sales.sell_daily("tea", kToday - 30, kToday - 1, 4, 2);
    ChampionForecaster of_small_chains{{{sales, stores}, champion, clock, velocity},
                                       {.most_entries = 70}};
    const auto answer = predict_one(of_small_chains, {"r", StoreId{1}, "tea", 3}, kNowUs);
    EXPECT_EQ(answer->model, "velocity");
    EXPECT_EQ(ask("tea").model, "m-1");
}

TEST_F(ChampionForecasterTest, QuestionsAboutEverySeriesAreTheFallbacks) {
    EXPECT_EQ(forecaster.forecast(kNowUs, 3, [](const auto&) {}).error().message,
              "every series was asked for");
}

}  // namespace
}  // namespace shelfcast::predict
