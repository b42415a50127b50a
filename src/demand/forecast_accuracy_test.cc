#include "demand/forecast_accuracy.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace shelfcast::demand {
namespace {

/// Series of one product each, from date 100 on, at a price of 2.
DailyPanel panel_of(const std::vector<std::vector<float>>& series) {
    DailyPanel panel;
    panel.names.stores = {"1"};
    for (const std::vector<float>& units : series) {
        PanelSeries one;
        one.product = static_cast<std::uint32_t>(panel.series.size());
        one.first_date = 100;
        one.first_day = panel.units.size();
        one.days = units.size();
        panel.series.push_back(one);
        panel.units.insert(panel.units.end(), units.begin(), units.end());
        panel.price.resize(panel.units.size(), 2);
        panel.promo.resize(panel.units.size(), 0);
        panel.holiday.resize(panel.units.size(), 0);
        panel.stock_out_mask.resize(panel.units.size(), 0);
    }
    return panel;
}

/// Each day's quantiles are mean x 0.5 below the median, the mean there, and x 1.5 above.
DemandForecast forecast_of(const std::vector<float>& means, std::int32_t cutoff,
                           std::size_t horizon) {
    DemandForecast forecast;
    forecast.cutoff = cutoff;
    forecast.horizon_days = horizon;
    for (const float mean : means) {
        forecast.mean.push_back(mean);
        for (const double level : kQuantileLevels) {
            forecast.quantiles.push_back(level < 0.5 ? mean / 2 : level > 0.5 ? mean * 1.5F : mean);
        }
    }
    return forecast;
}

// By hand: errors 1, -2, 0, 2 against 3, 4, 2, 0.
TEST(ForecastAccuracy, EveryMeasureByHand) {
    const DailyPanel actual = panel_of({{1, 3, 3, 4}, {2, 2, 2, 0}});
    const auto found = measure(actual, forecast_of({4, 2, 2, 2}, 101, 2));
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->series, 2U);
    EXPECT_EQ(found->rows, 4U);
    EXPECT_DOUBLE_EQ(*found->rmse, std::sqrt(9.0 / 4));
    EXPECT_DOUBLE_EQ(*found->mae, 5.0 / 4);
    EXPECT_DOUBLE_EQ(*found->r2, 1 - 9 / (29 - 81.0 / 4));
    EXPECT_NEAR(*found->mape, (1.0 / 3 + 2.0 / 4 + 0) / 3, 1e-9);
    EXPECT_DOUBLE_EQ(*found->wmape, 5.0 / 9);
    EXPECT_DOUBLE_EQ(*found->bias, 1.0 / 9);
    // Of the second series the past never changed: it has no scale.
    EXPECT_DOUBLE_EQ(*found->wrmsse, std::sqrt(2.5 / 4));
    EXPECT_DOUBLE_EQ(*found->coverage_80, 0.5);  // 3 in [2, 6], 2 in [1, 3].
    EXPECT_DOUBLE_EQ(*found->coverage_95, 0.5);
    // Losses at 0.025, 0.1, 0.9, 0.975: of [2, 6] and 3; [1, 3] and 4; [1, 3] and 2; [1, 3] and 0.
    const double losses = (0.025 + 0.1) * 1 + (0.1 + 0.025) * 3 + (0.025 + 0.1) * 3 +
                          (0.9 + 0.975) * 1 + (0.025 + 0.1) * 1 + (0.1 + 0.025) * 1 +
                          (0.975 + 0.9) * 1 + (0.1 + 0.025) * 3;
    EXPECT_NEAR(*found->wql, 2 * losses / 4 / 9, 1e-9);
}

/// Units of day `day` of three series of 40 days: one that cycles, one that begins late, one that
/// sells every fourth day.
float protocol_units(std::size_t series, std::size_t day) {
    switch (series) {
        case 0:
            return static_cast<float>((day * 7 + 3) % 5);
        case 1:
            return day < 6 ? 0.0F : 0.5F * static_cast<float>((day * day) % 11);
        default:
            return day % 4 == 0 ? 3.0F : 0.0F;
    }
}

DailyPanel protocol_panel() {
    constexpr std::array<float, 3> kPrices = {2.0F, 1.5F, 4.0F};
    std::vector<std::vector<float>> series(kPrices.size());
    for (std::size_t one = 0; one < series.size(); ++one) {
        for (std::size_t day = 0; day < 40; ++day) {
            series[one].push_back(protocol_units(one, day));
        }
    }
    DailyPanel panel = panel_of(series);
    for (std::size_t at = 0; at < panel.price.size(); ++at) {
        panel.price[at] = kPrices[at / 40];
    }
    return panel;
}

/// Seven days of three series; `late` is 1 for the later cut-off, whose means are a little higher.
DemandForecast protocol_forecast(std::int32_t cutoff, float late) {
    DemandForecast forecast;
    forecast.cutoff = cutoff;
    forecast.horizon_days = 7;
    for (std::size_t series = 0; series < 3; ++series) {
        for (std::size_t ahead = 1; ahead <= forecast.horizon_days; ++ahead) {
            const float mean = 1.5F + 0.25F * static_cast<float>(series) +
                               0.1F * static_cast<float>(ahead) + 0.3F * late;
            forecast.mean.push_back(mean);
            for (const double level : kQuantileLevels) {
                forecast.quantiles.push_back(level < 0.1    ? mean - 1.4F
                                             : level < 0.5  ? mean - 1.2F
                                             : level == 0.5 ? mean
                                             : level <= 0.9 ? mean + 1.1F
                                                            : mean + 2.3F);
            }
        }
    }
    return forecast;
}

// The numbers are those that the scoring program of the public evaluation protocol gave for this
// case, cut-off by cut-off.
TEST(ForecastAccuracy, AgreesWithTheProtocolsProgram) {
    const DailyPanel actual = protocol_panel();
    constexpr double kClose = 1e-5;
    const auto early = measure(actual, protocol_forecast(100 + 28, 0));
    ASSERT_TRUE(early) << early.error().message;
    EXPECT_EQ(early->rows, 21U);
    EXPECT_NEAR(*early->mae, 1.53095238, kClose);
    EXPECT_NEAR(*early->rmse, 1.75509463, kClose);
    EXPECT_NEAR(*early->wmape, 1.10862069, kClose);
    EXPECT_NEAR(*early->bias, 0.55689655, kClose);
    EXPECT_NEAR(*early->wrmsse, 0.81945227, kClose);
    EXPECT_NEAR(*early->wql, 0.47366379, kClose);
    EXPECT_NEAR(*early->coverage_80, 0.38095238, kClose);
    EXPECT_NEAR(*early->coverage_95, 0.47619048, kClose);
    const auto late = measure(actual, protocol_forecast(100 + 32, 1));
    ASSERT_TRUE(late) << late.error().message;
    EXPECT_NEAR(*late->mae, 1.65952381, kClose);
    EXPECT_NEAR(*late->rmse, 1.88941286, kClose);
    EXPECT_NEAR(*late->wmape, 1.14262295, kClose);
    EXPECT_NEAR(*late->bias, 0.68688525, kClose);
    EXPECT_NEAR(*late->wrmsse, 0.87227007, kClose);
    EXPECT_NEAR(*late->wql, 0.50610656, kClose);
    EXPECT_NEAR(*late->coverage_80, 0.33333333, kClose);
    EXPECT_NEAR(*late->coverage_95, 0.52380952, kClose);
}

TEST(ForecastAccuracy, DaysWithoutStockCountForSalesAndNotForDemand) {
    DailyPanel actual = panel_of({{1, 3, 3, 0}});
    actual.stock_out_mask[3] = 1U << 12U;
    DemandForecast forecast = forecast_of({3, 3}, 101, 2);
    EXPECT_DOUBLE_EQ(*measure(actual, forecast)->bias, 1);
    forecast.target = ForecastTarget::kDemand;
    EXPECT_DOUBLE_EQ(*measure(actual, forecast)->bias, 0);
    EXPECT_EQ(measure(actual, forecast)->rows, 1U);
}

TEST(ForecastAccuracy, WhatCannotBeSaidIsLeftOut) {
    const auto nothing_sold = measure(panel_of({{1, 0, 0}}), forecast_of({1, 1}, 100, 2));
    EXPECT_FALSE(nothing_sold->wmape);
    EXPECT_FALSE(nothing_sold->wql);
    EXPECT_FALSE(nothing_sold->r2);
    EXPECT_FALSE(nothing_sold->wrmsse);
    EXPECT_DOUBLE_EQ(*nothing_sold->mae, 1);
    const auto nothing_known = measure(panel_of({{1}}), forecast_of({1, 1}, 100, 2));
    EXPECT_EQ(nothing_known->rows, 0U);
    EXPECT_FALSE(nothing_known->mae);
}

TEST(ForecastAccuracy, AForecastOfOtherSeriesIsRefused) {
    const DailyPanel actual = panel_of({{1, 3, 3, 4}, {2, 2, 2, 0}});
    EXPECT_EQ(measure(actual, forecast_of({4, 2}, 101, 2)).error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(measure(actual, forecast_of({4, 2, 1, 1, 1, 1}, 101, 2)).error().kind,
              ErrorKind::kInvalidInput);
}

// The scale begins at the first sale; the weight is that of four weeks.
TEST(ForecastAccuracy, TheScaleIsOfThePast) {
    DailyPanel panel = panel_of({{0, 0, 1, 3, 3, 9}});
    const SeriesScale scale = scale_of(panel, panel.series[0], 104);
    EXPECT_DOUBLE_EQ(scale.naive_squared_error, 2);
    EXPECT_DOUBLE_EQ(scale.weight, 14);
    panel = panel_of({std::vector<float>(40, 1)});
    EXPECT_DOUBLE_EQ(scale_of(panel, panel.series[0], 139).weight, 56);
}

}  // namespace
}  // namespace shelfcast::demand
