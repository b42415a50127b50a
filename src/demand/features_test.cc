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

float value(const DailyPanel& panel, std::int32_t date, std::string_view name) {
    const auto& all = feature_definitions();
    const auto found = std::ranges::find(all, name, &FeatureDefinition::name);
    EXPECT_NE(found, all.end()) << name;
    return features_of(panel, 0, date, all)[static_cast<std::size_t>(found - all.begin())];
}

TEST(Features, TheCompiledDefinitionsAreTheFiles) {
    const auto read = parse_feature_definitions(text_of("data/features/definitions.csv"));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, feature_definitions());
    EXPECT_EQ(read->size(), 36U);
}

TEST(Features, EveryDefinitionIsAColumnOfTheTable) {
    const std::string table = text_of("sql/schema/0016_features.sql");
    for (const FeatureDefinition& one : feature_definitions()) {
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
    EXPECT_NEAR(value(panel, date, "relative_price"), 8 / ((27 * 10 + 8) / 28.0), 1e-5);
    EXPECT_NEAR(value(panel, date, "discount"), 0.2, 1e-6);
    EXPECT_EQ(value(panel, date, "stock_out_hours_lag_1"), 6);  // 16 to 21 o'clock.
    EXPECT_EQ(value(panel, date, "category_mean_28"), 1.5F * 81.5F);
    EXPECT_EQ(value(panel, date, "age_days"), 96);
    EXPECT_TRUE(std::isnan(value(panel, kMonday, "units_lag_1")));
    EXPECT_EQ(value(panel, kMonday + 200, "is_promotion"), 0);
}

TEST(Features, NothingThatHappensFromTheDateOnChangesThem) {
    const DailyPanel panel = three_series();
    const std::int32_t date = kMonday + 50;
    DailyPanel other = panel;
    for (const PanelSeries& series : other.series) {
        for (std::size_t day = 50; day < series.days; ++day) {
            other.units[series.first_day + day] = 1e6F;
            other.stock_out_mask[series.first_day + day] = 0xFFFFFF;
        }
    }
    const std::vector<float> before = features_of(panel, 0, date, feature_definitions());
    const std::vector<float> after = features_of(other, 0, date, feature_definitions());
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_TRUE(before[i] == after[i] || (std::isnan(before[i]) && std::isnan(after[i])))
            << feature_definitions()[i].name;
    }
}

TEST(Features, AWrongDefinitionIsNamed) {
    const auto message = [](const std::string& line) {
        const auto refused =
            parse_feature_definitions("name,kind,source,days,missing,meaning\n" + line);
        EXPECT_FALSE(refused);
        return refused ? "" : refused.error().message;
    };
    EXPECT_EQ(message("a,lag,units,soon,null,\n"), "feature definitions line 2: days 'soon'");
    EXPECT_EQ(message("a,guess,units,1,null,\n"),
              "feature definitions line 2: 'a' of kind 'guess', source 'units', missing 'null'");
}

}  // namespace
}  // namespace shelfcast::demand
