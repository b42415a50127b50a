#include "demand/features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <set>

namespace shelfcast::demand {
namespace {

constexpr std::int32_t kMonday = 20'003;  // 2024-10-07

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Two series of a store and category, one of another; units are the day's number.
DailyPanel three_series() {
    DailyPanel panel;
    for (std::uint32_t i = 0; i < 3; ++i) {
        panel.series.push_back({.store = i / 2,
                                .category = 1,
                                .first_date = kMonday,
                                .first_day = panel.units.size(),
                                .days = 100});
        for (std::size_t day = 0; day < 100; ++day) {
            panel.units.push_back(static_cast<float>(day * (i + 1)));
            panel.price.push_back(day >= 95 ? 8.0F : 10.0F);
            panel.promo.push_back(0);
            panel.holiday.push_back(day == 90 || day == 99 ? 1.0F : 0.0F);
            panel.stock_out_mask.push_back(day == 95 ? 0xFF0000U : 0U);
        }
    }
    return panel;
}

std::vector<float> values(const DailyPanel& panel, std::int32_t date) {
    return DateFeatures(panel, date, feature_definitions().features).of(panel.series[0]);
}

float value(const DailyPanel& panel, std::int32_t date, std::string_view name) {
    const auto& all = feature_definitions().features;
    const auto found = std::ranges::find(all, name, &FeatureDefinition::name);
    EXPECT_NE(found, all.end()) << name;
    return values(panel, date)[static_cast<std::size_t>(found - all.begin())];
}

TEST(Features, TheCompiledDefinitionsAreTheFiles) {
    const auto read = parse_feature_definitions(text_of("data/features/definitions.csv"));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, feature_definitions());
    EXPECT_EQ(read->version, 2U);
    EXPECT_EQ(read->features.size(), 36U);
}

TEST(Features, EveryDefinitionIsAColumnOfTheTable) {
    const std::string table = text_of("sql/schema/0016_features.sql");
    for (const FeatureDefinition& one : feature_definitions().features) {
        EXPECT_NE(table.find("    " + one.name + " "), std::string::npos) << one.name;
    }
}

TEST(Features, ValuesAreWhatTheDefinitionsSay) {
    const DailyPanel panel = three_series();
    const std::int32_t date = kMonday + 96;
    EXPECT_EQ(value(panel, date, "units_lag_1"), 95);
    EXPECT_EQ(value(panel, date, "units_lag_90"), 6);
    EXPECT_EQ(value(panel, date, "units_mean_7"), 92);
    EXPECT_NEAR(value(panel, date, "units_std_dev_7"), std::sqrt(28.0 / 6), 1e-5);
    EXPECT_EQ(value(panel, date, "same_weekday_mean_4"), 96 - 17.5F);
    EXPECT_EQ(value(panel, date, "day_of_week"), 6);  // 96 = 13 x 7 + 5.
    EXPECT_EQ(value(panel, date, "is_weekend"), 1);
    EXPECT_EQ(value(panel, date, "month"), 1);
    EXPECT_EQ(value(panel, date, "day_of_month"), 11);
    EXPECT_EQ(value(panel, date, "week_of_year"), 2);
    EXPECT_EQ(value(panel, date, "season"), 1);
    EXPECT_EQ(value(panel, date, "days_to_holiday"), 3);
    EXPECT_EQ(value(panel, date, "days_since_holiday"), 6);
    EXPECT_EQ(value(panel, date, "price"), 8);
    EXPECT_EQ(value(panel, date, "relative_price"), 1);
    EXPECT_NEAR(value(panel, date, "discount"), 0.2, 1e-6);
    EXPECT_EQ(value(panel, date, "is_promotion"), 0);
    EXPECT_EQ(value(panel, date, "stock_out_hours_lag_1"), 8);
    EXPECT_EQ(value(panel, date, "stock_out_hours_mean_7"), 8 / 7.0F);
    EXPECT_EQ(value(panel, date, "category_mean_28"), 3 * 81.5F);
    EXPECT_EQ(value(panel, date, "store_mean_28"), 3 * 81.5F);
    EXPECT_EQ(value(panel, date, "age_days"), 96);
    EXPECT_EQ(value(panel, kMonday + 90, "days_to_holiday"), 0);
    EXPECT_EQ(value(panel, kMonday + 90, "is_holiday"), 1);
}

TEST(Features, GroupsAreThoseOfTheStore) {
    DailyPanel panel = three_series();
    panel.series[1].category = 2;
    panel.price[panel.series[0].first_day + 95] = 6;
    panel.promo[panel.series[0].first_day + 95] = 1;
    const std::int32_t date = kMonday + 96;
    EXPECT_EQ(value(panel, date, "category_mean_28"), 81.5F);
    EXPECT_EQ(value(panel, date, "store_mean_28"), 3 * 81.5F);
    EXPECT_EQ(value(panel, date, "relative_price"), 1);
    EXPECT_EQ(value(panel, date, "is_promotion"), 1);
    panel.series[1].category = 1;
    EXPECT_NEAR(value(panel, date, "relative_price"), 6 / 7.0, 1e-6);  // Beside one at 8.
}

// What is not known is not made up: a short history has neither long lags nor long means.
TEST(Features, AShortHistory) {
    const DailyPanel panel = three_series();
    const std::int32_t second_day = kMonday + 1;
    EXPECT_EQ(value(panel, second_day, "units_lag_1"), 0);
    EXPECT_EQ(value(panel, second_day, "age_days"), 1);
    for (const char* name :
         {"units_lag_7", "units_mean_7", "units_std_dev_90", "same_weekday_mean_4",
          "days_since_holiday", "stock_out_hours_mean_7"}) {
        EXPECT_TRUE(std::isnan(value(panel, second_day, name))) << name;
    }
    EXPECT_TRUE(std::isnan(value(panel, kMonday, "units_lag_1")));
    EXPECT_TRUE(std::isnan(value(panel, kMonday, "price")));
    EXPECT_TRUE(std::isnan(value(panel, kMonday, "category_mean_28")));
    EXPECT_EQ(value(panel, kMonday, "is_promotion"), 0);
}

// Behind its last day a series has its last price, and no sales of late.
TEST(Features, ASeriesThatEndedEarlier) {
    const DailyPanel panel = three_series();
    EXPECT_EQ(value(panel, kMonday + 200, "price"), 8);
    EXPECT_TRUE(std::isnan(value(panel, kMonday + 200, "units_mean_90")));
    EXPECT_TRUE(std::isnan(value(panel, kMonday + 200, "store_mean_28")));
}

TEST(Features, NothingThatHappensFromTheDateOnChangesThem) {
    const DailyPanel panel = three_series();
    const std::int32_t date = kMonday + 50;
    DailyPanel other = panel;
    for (const PanelSeries& series : other.series) {
        for (std::size_t day = 50; day < series.days; ++day) {
            other.units[series.first_day + day] = 1e6F;
            other.price[series.first_day + day] = 99;
            other.promo[series.first_day + day] = 1;
            other.stock_out_mask[series.first_day + day] = 0xFFFFFF;
        }
    }
    const std::vector<float> before = values(panel, date);
    const std::vector<float> after = values(other, date);
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_TRUE(before[i] == after[i] || (std::isnan(before[i]) && std::isnan(after[i])))
            << feature_definitions().features[i].name;
    }
}

TEST(Features, AWrongDefinitionIsNamed) {
    const auto message = [](const std::string& text) {
        const auto refused = parse_feature_definitions(text);
        EXPECT_FALSE(refused) << text;
        return refused ? "" : refused.error().message;
    };
    const std::string head = "# definition_version 3\nname,kind,source,days,missing,meaning\n";
    EXPECT_EQ(message(head + "a,lag,units,soon,null,\n"),
              "feature definitions line 3: days 'soon'");
    EXPECT_EQ(message(head + "a,guess,units,1,null,\n"),
              "feature definitions line 3: 'a' of kind 'guess', source 'units', missing 'null'");
    // Of the date itself nothing that happens on it may be read.
    EXPECT_EQ(message(head + "a,on_day,units,0,null,\n"),
              "feature definitions line 3: 'a' of kind 'on_day', source 'units', missing 'null'");
    EXPECT_EQ(message("name,kind\n"),
              "feature definitions line 1: 'name,kind' instead of '# definition_version ' and a "
              "number");
}

}  // namespace
}  // namespace shelfcast::demand
