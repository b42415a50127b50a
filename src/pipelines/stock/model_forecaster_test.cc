#include "pipelines/stock/model_forecaster.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "ports/test_hand_clock.h"
#include "ports/test_one_store.h"
#include "retail/time_zone.h"

namespace shelfcast::stock {
namespace {

/// 2026-11-23T11:00:00Z: noon of a Monday in Berlin.
constexpr std::int64_t kNowUs = 1'795'431'600'000'000;
constexpr std::int32_t kToday = 20'780;

struct StoredDay {
    std::string product;
    std::int32_t date = 0;
    double mean = 0;
};

class Forecasts final : public ports::QueryRunner {
public:
    Result<retail::ColumnBlock> read_rows(std::string_view /*sql*/,
                                          std::span<const retail::ColumnSpec> columns,
                                          const ports::QueryValues& values) override {
        ++asked;
        oldest = values.at("oldest");
        clock.at_us += 1'000;
        retail::ColumnBlock rows = retail::make_block(columns);
        for (const StoredDay& day : days) {
            rows.data<std::vector<std::uint32_t>>("store_id").push_back(1);
            rows.data<retail::TextColumn>("product_id").push_back(day.product);
            rows.data<std::vector<std::uint16_t>>("prediction_date")
                .push_back(static_cast<std::uint16_t>(day.date));
            const auto number = [&](std::string_view column, double value) {
                rows.data<std::vector<std::int64_t>>(column).push_back(
                    static_cast<std::int64_t>(value * 10'000));
            };
            number("mean", day.mean);
            number("lower", day.mean - 2.5631);
            number("upper", day.mean + 2.5631);
            rows.data<retail::TextColumn>("version").push_back("m-1");
        }
        return rows;
    }
    std::vector<StoredDay> days;
    std::string oldest;
    int asked = 0;
    ports::HandClock clock;
};

/// Knows clock, tea and umbrella: 1 a day, half of it still to come at noon.
class Velocity final : public ports::Forecaster {
public:
    Status forecast(std::int64_t now_us, std::size_t count,
                    const std::function<void(const ports::SeriesForecast&)>& take) override {
        for (const char* product : {"clock", "tea", "umbrella"}) {
            SHELFCAST_TRY(forecast_one(StoreId{1}, product, now_us, count, take));
        }
        return {};
    }
    Status forecast_one(StoreId store, std::string_view product_id, std::int64_t /*now_us*/,
                        std::size_t count,
                        const std::function<void(const ports::SeriesForecast&)>& take) override {
        const std::vector<ports::DayDemand> demand(count, {1, 1});
        std::vector<double> shares(24, 0);
        shares[9] = 0.5;
        shares[18] = 0.5;
        ports::SeriesForecast series;
        series.store = store;
        series.product_id = product_id;
        series.first_date = kToday;
        series.units_per_day = 1;
        series.days = demand;
        series.level_error = 0.1;
        series.share_of_hour = shares;
        take(series);
        return {};
    }
};

struct ModelForecasterTest : ::testing::Test {
    struct Told {
        std::string model;
        double units_per_day = 0;
        std::vector<double> means;
        double variance = 0;
        double level_error = 0;
        bool operator==(const Told&) const = default;
    };
    Forecasts forecasts;
    ports::OneStore stores;
    Velocity velocity;
    ModelForecaster forecaster{{forecasts, stores, forecasts.clock, velocity}, 3};
    std::vector<std::string> order;
    std::map<std::string, Told> told;

    void take(const ports::SeriesForecast& series) {
        order.emplace_back(series.product_id);
        Told& one = told[std::string(series.product_id)];
        one.model = series.model;
        one.units_per_day = series.units_per_day;
        for (const ports::DayDemand& day : series.days) {
            one.means.push_back(day.mean);
        }
        one.variance = series.days[1].variance;
        one.level_error = series.level_error;
        EXPECT_EQ(series.share_of_hour.size(), 24U);
        EXPECT_EQ(series.first_date, kToday);
    }
    void forecast(std::size_t days = 3) {
        order.clear();
        told.clear();
        const Status done =
            forecaster.forecast(kNowUs, days, [&](const auto& series) { take(series); });
        ASSERT_TRUE(done) << done.error().message;
    }
};

TEST_F(ModelForecasterTest, FreshForecastsTakeThePlaceOfVelocity) {
    for (const char* product : {"apple", "tea", "zebra"}) {
        for (int day = 0; day < 2; ++day) {
            forecasts.days.push_back({product, kToday + day, 6});
        }
    }
    forecast();
    EXPECT_EQ(forecasts.oldest, "2026-11-20");
    // In order of product, also those that velocity does not know.
    EXPECT_EQ(order, (std::vector<std::string>{"apple", "clock", "tea", "umbrella", "zebra"}));
    const Told tea = told.at("tea");
    EXPECT_EQ(tea.model, "m-1");
    EXPECT_EQ(tea.units_per_day, 6);
    // Half of today, tomorrow, and beyond the forecast what velocity says.
    EXPECT_EQ(tea.means, (std::vector<double>{3, 6, 1}));
    EXPECT_NEAR(tea.variance, 6, 1e-9);  // That of chance is greater than 2 squared.
    EXPECT_EQ(told.at("apple").means, (std::vector<double>{3, 6, 6}));
    EXPECT_EQ(told.at("clock").model, "velocity");
    EXPECT_EQ(told.at("clock").level_error, 0.1);
}

TEST_F(ModelForecasterTest, AForecastThatDoesNotReachTodayIsNotUsed) {
    forecasts.days = {{"tea", kToday - 1, 6}};
    forecast();
    EXPECT_EQ(told.at("tea").model, "velocity");
    EXPECT_EQ(order.size(), 3U);
}

TEST_F(ModelForecasterTest, OneSeriesIsAnsweredAsInTheWhole) {
    forecasts.days = {{"tea", kToday, 6}, {"tea", kToday + 1, 8}};
    forecast();
    const auto whole = told;
    for (const char* product : {"clock", "tea"}) {
        told.clear();
        ASSERT_TRUE(forecaster.forecast_one(StoreId{1}, product, kNowUs, 3,
                                            [&](const auto& series) { take(series); }));
        EXPECT_EQ(told.at(product), whole.at(product));
    }
    EXPECT_EQ(forecasts.asked, 1) << "reading took a millisecond: it is not repeated at once";
    forecasts.clock.at_us += 50'000;
    forecast();
    EXPECT_EQ(forecasts.asked, 2);
}

}  // namespace
}  // namespace shelfcast::stock
