#include "demand/day_features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace shelfcast::demand {
namespace {

/// 2026-11-23, a Monday in ISO week 48.
constexpr std::int32_t kMonday = 20'780;

/// `series` of one store and category, each of so many days up to the Sunday, and 30 days to come.
DailyPanel panel_of(const std::vector<std::vector<float>>& series) {
    constexpr std::size_t kAhead = 30;
    DailyPanel panel;
    for (const std::vector<float>& units : series) {
        PanelSeries one;
        one.product = static_cast<std::uint32_t>(panel.series.size());
        one.first_date = kMonday - static_cast<std::int32_t>(units.size());
        one.first_day = panel.units.size();
        one.days = units.size() + kAhead;
        panel.series.push_back(one);
        panel.units.insert(panel.units.end(), units.begin(), units.end());
        const std::size_t known = panel.units.size();
        panel.price.resize(known, 2);
        panel.promo.resize(known, 0);
        panel.stock_out_mask.resize(known, 0);
        panel.units.resize(known + kAhead, kUnknown);
        panel.price.resize(known + kAhead, kUnknown);
        panel.promo.resize(known + kAhead, kUnknown);
        panel.stock_out_mask.resize(known + kAhead, 0);
        panel.holiday.resize(known + kAhead, 0);
    }
    return panel;
}

float value(const DayFeatureValues& values, std::string_view name) {
    const auto found = std::ranges::find(kDayFeatureNames, name);
    EXPECT_NE(found, kDayFeatureNames.end()) << name;
    return values[static_cast<std::size_t>(found - kDayFeatureNames.begin())];
}

TEST(DayFeatures, PastSalesByHand) {
    std::vector<float> units(91);
    for (std::size_t day = 0; day < units.size(); ++day) {
        units[day] = static_cast<float>(day);  // Yesterday sold 90.
    }
    const DailyPanel panel = panel_of({units});
    const DayFeatureValues values = DayFeatures(panel, kMonday).of(panel.series[0]);
    EXPECT_EQ(value(values, "units_lag_1"), 90);
    EXPECT_EQ(value(values, "units_lag_7"), 84);
    EXPECT_EQ(value(values, "units_lag_90"), 1);
    EXPECT_EQ(value(values, "units_mean_7"), 87);
    EXPECT_NEAR(value(values, "units_std_dev_7"), std::sqrt(28.0 / 6), 1e-5);
    EXPECT_EQ(value(values, "units_mean_90"), 45.5F);
    EXPECT_EQ(value(values, "same_weekday_mean_4"), (84 + 77 + 70 + 63) / 4.0F);
    EXPECT_EQ(value(values, "age_days"), 91);
    EXPECT_EQ(value(values, "store_mean_28"), (90 + 63) / 2.0F);
}

TEST(DayFeatures, CalendarPriceAndStock) {
    DailyPanel panel = panel_of({std::vector<float>(10, 1), std::vector<float>(10, 3)});
    panel.price[9] = 6;
    panel.promo[9] = 1;
    panel.stock_out_mask[9] = 0b111;
    panel.stock_out_mask[4] = 0b1111;
    panel.holiday[7] = 1;       // Three days before.
    panel.holiday[10 + 5] = 1;  // Five days after.
    const DayFeatureValues values = DayFeatures(panel, kMonday).of(panel.series[0]);
    EXPECT_EQ(value(values, "day_of_week"), 1);
    EXPECT_EQ(value(values, "day_of_month"), 23);
    EXPECT_EQ(value(values, "month"), 11);
    EXPECT_EQ(value(values, "week_of_year"), 48);
    EXPECT_EQ(value(values, "is_weekend"), 0);
    EXPECT_EQ(value(values, "is_holiday"), 0);
    EXPECT_EQ(value(values, "days_since_holiday"), 3);
    EXPECT_EQ(value(values, "days_to_holiday"), 5);
    EXPECT_EQ(value(values, "price"), 6);
    EXPECT_EQ(value(values, "relative_price"), 1.5F);  // Beside 2, in a category.
    EXPECT_EQ(value(values, "is_promotion"), 1);
    EXPECT_EQ(value(values, "stock_out_hours_lag_1"), 3);
    EXPECT_EQ(value(values, "stock_out_hours_mean_7"), 1);
    EXPECT_EQ(value(values, "category_mean_28"), 40 / 28.0F);
}

// What is not known is not made up: a short history has neither long lags nor long means.
TEST(DayFeatures, AShortHistory) {
    const DailyPanel panel = panel_of({{5}});
    const DayFeatureValues values = DayFeatures(panel, kMonday).of(panel.series[0]);
    EXPECT_EQ(value(values, "units_lag_1"), 5);
    for (const char* name :
         {"units_lag_7", "units_mean_7", "units_std_dev_90", "same_weekday_mean_4",
          "days_since_holiday", "stock_out_hours_mean_7"}) {
        EXPECT_TRUE(std::isnan(value(values, name))) << name;
    }
}

// Nothing that happens from the day on changes what was known before it.
TEST(DayFeatures, NothingOfTheDayOrLaterIsLookedAt) {
    DailyPanel panel = panel_of({std::vector<float>(40, 2)});
    const DayFeatureValues before = DayFeatures(panel, kMonday - 10).of(panel.series[0]);
    for (std::size_t day = 30; day < 40; ++day) {
        panel.units[day] = 1'000;
        panel.price[day] = 99;
        panel.promo[day] = 1;
        panel.stock_out_mask[day] = ~0U;
    }
    const DayFeatureValues after = DayFeatures(panel, kMonday - 10).of(panel.series[0]);
    for (std::size_t at = 0; at < before.size(); ++at) {
        EXPECT_TRUE(before[at] == after[at] || std::isnan(before[at])) << kDayFeatureNames[at];
        EXPECT_EQ(std::isnan(before[at]), std::isnan(after[at])) << kDayFeatureNames[at];
    }
}

}  // namespace
}  // namespace shelfcast::demand
