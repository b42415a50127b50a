#include "demand/features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

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

float value_of(const DailyPanel& panel, const PanelSeries& series, std::string_view name,
               std::int32_t date = kMonday + 60) {
    const auto& all = feature_definitions().features;
    const auto found = std::ranges::find(all, name, &FeatureDefinition::name);
    EXPECT_NE(found, all.end()) << name;
    return DateFeatures(panel, date, all).of(series)[static_cast<std::size_t>(found - all.begin())];
}

float value(const DailyPanel& panel, std::int32_t date, std::string_view name) {
    return value_of(panel, panel.series[0], name, date);
}

TEST(Features, TheCompiledDefinitionsAreTheFiles) {
    const auto read = parse_feature_definitions(text_of("data/features/definitions.csv"));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, feature_definitions());
    EXPECT_EQ(read->version, 3U);
    EXPECT_EQ(read->features.size(), 56U);
}

TEST(Features, EveryDefinitionIsAColumnOfTheTable) {
    const std::string table = text_of("sql/schema/0016_features.sql");
    const std::string later = text_of("sql/schema/0053_feature_columns.sql");
    for (const FeatureDefinition& one : feature_definitions().features) {
        EXPECT_TRUE(table.find("    " + one.name + " ") != std::string::npos ||
                    later.find(" " + one.name + " ") != std::string::npos)
            << one.name;
    }
}

// Line by line: what the guide says of a column is what other engines read.
TEST(Features, TheGuideListsEveryDefinition) {
    const std::string guide = text_of("docs/ML_GUIDE.md");
    std::istringstream lines(text_of("data/features/definitions.csv"));
    std::string line;
    std::getline(lines, line);
    EXPECT_NE(guide.find(line.substr(line.rfind(' ') + 1) + " of the definitions"),
              std::string::npos)
        << line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::string row;
        for (std::size_t field = 0; field < 6; ++field) {
            const std::size_t end = field < 5 ? line.find(',') : line.size();
            row += (field == 0 ? "| `" : " | ") + line.substr(0, end) + (field == 0 ? "`" : "");
            line.erase(0, end + 1);
        }
        EXPECT_NE(guide.find("\n" + row + " |\n"), std::string::npos) << row << " |";
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

/// Store 0: A1 (60 days of 2), A2 (of 4) and B (of 9) of one category, A1 and A2 of one brand, 12
/// on day 58 of A2. Store 1: A1 (10 days of 5) and C, of another category (of 15).
DailyPanel two_stores() {
    DailyPanel panel;
    const auto add = [&](PanelSeries series, std::int32_t first, float units) {
        series.first_date = kMonday + first;
        series.first_day = panel.units.size();
        series.days = static_cast<std::size_t>(60 - first);
        panel.series.push_back(series);
        panel.units.resize(panel.units.size() + series.days, units);
    };
    add({.store = 0, .product = 1, .category = 1, .brand = 1}, 0, 2);
    add({.store = 0, .product = 2, .category = 1, .brand = 1}, 0, 4);
    add({.store = 0, .product = 3, .category = 1}, 0, 9);
    add({.store = 1, .product = 1, .category = 1, .brand = 1}, 50, 5);
    add({.store = 1, .product = 4, .category = 2}, 50, 15);
    panel.units[panel.series[1].first_day + 58] = 12;
    panel.price.resize(panel.units.size(), 1);
    panel.promo.resize(panel.units.size(), 0);
    panel.holiday.resize(panel.units.size(), 0);
    panel.stock_out_mask.resize(panel.units.size(), 0);
    return panel;
}

TEST(Features, WhatANewProductIsLikelyToSellIsThatOfOthers) {
    const DailyPanel panel = two_stores();
    const PanelSeries& a1 = panel.series[0];
    EXPECT_EQ(value_of(panel, a1, "product_elsewhere_mean_28"), 5);
    EXPECT_EQ(value_of(panel, a1, "product_store_count_28"), 2);
    EXPECT_NEAR(value_of(panel, a1, "brand_category_others_mean_28"), 4 + 8 / 28.0, 1e-5);
    EXPECT_NEAR(value_of(panel, a1, "category_others_mean_28"), (13 + 8 / 28.0) / 2, 1e-5);
    EXPECT_TRUE(std::isnan(value_of(panel, panel.series[1], "product_elsewhere_mean_28")));
    EXPECT_TRUE(std::isnan(value_of(panel, panel.series[2], "brand_category_others_mean_28")));
    EXPECT_TRUE(std::isnan(value_of(panel, panel.series[4], "category_others_mean_28")));
    EXPECT_EQ(value_of(panel, panel.series[4], "product_store_count_28"), 1);

    // One that its store never sold.
    const PanelSeries a2 = {
        .store = 1, .product = 2, .category = 1, .brand = 1, .first_date = kMonday + 60};
    EXPECT_NEAR(value_of(panel, a2, "product_elsewhere_mean_28"), 4 + 8 / 28.0, 1e-5);
    EXPECT_EQ(value_of(panel, a2, "brand_category_others_mean_28"), 5);
    EXPECT_EQ(value_of(panel, a2, "product_store_count_28"), 1);
    EXPECT_EQ(value_of(panel, a2, "store_age_days"), 10);
    EXPECT_TRUE(std::isnan(value_of(panel, a2, "units_lag_1")));
    EXPECT_TRUE(std::isnan(value_of(panel, a2, "units_mean_28")));
    EXPECT_TRUE(std::isnan(value_of(panel, a2, "age_days")));
    const PanelSeries unheard_of = {.store = 2, .product = 9, .first_date = kMonday + 60};
    EXPECT_EQ(value_of(panel, unheard_of, "product_store_count_28"), 0);
    EXPECT_TRUE(std::isnan(value_of(panel, unheard_of, "store_mean_28")));
}

TEST(Features, WhatAStoreIsLike) {
    const DailyPanel panel = two_stores();
    const double old_store = 15 + 8 / 28.0;  // Units a day.
    EXPECT_NEAR(value_of(panel, panel.series[0], "store_relative_size_28"),
                old_store / ((old_store + 20) / 2), 1e-5);
    EXPECT_NEAR(value_of(panel, panel.series[4], "store_relative_size_28"),
                20 / ((old_store + 20) / 2), 1e-5);
    EXPECT_EQ(value_of(panel, panel.series[0], "store_age_days"), 60);
    EXPECT_EQ(value_of(panel, panel.series[3], "store_age_days"), 10);
    // 60 = 8 x 7 + 4: a Friday, of which days 4, 11, … 53 are; day 58 is none.
    EXPECT_NEAR(value_of(panel, panel.series[0], "store_weekday_share"), 8 * 15 / (56 * 15 + 8.0),
                1e-6);
    EXPECT_TRUE(std::isnan(value_of(panel, panel.series[3], "store_weekday_share")));
}

TEST(Features, EventsAreHolidaysOfTheirOwn) {
    DailyPanel panel = three_series();
    panel.holiday[panel.series[0].first_day + 95] = 1;  // Day 90 is one already.
    panel.store_days.resize(1);                         // Of the first store alone.
    panel.store_days[0].events = {{kMonday + 90, {"Parade", true}},
                                  {kMonday + 95, {"Fair", false}}};
    EXPECT_EQ(value(panel, kMonday + 93, "days_to_local_event"), 2);
    EXPECT_EQ(value(panel, kMonday + 93, "days_to_holiday"), 6);
    EXPECT_EQ(value(panel, kMonday + 93, "is_local_event"), 0);
    EXPECT_EQ(value(panel, kMonday + 95, "is_local_event"), 1);
    EXPECT_EQ(value(panel, kMonday + 95, "is_holiday"), 0);
    EXPECT_EQ(value(panel, kMonday + 97, "days_since_holiday"), 7);
    EXPECT_EQ(value(panel, kMonday + 90, "is_local_event"), 1);
    EXPECT_EQ(value(panel, kMonday + 90, "is_holiday"), 1);
    EXPECT_TRUE(std::isnan(value(panel, kMonday + 96, "days_to_local_event")));
    // The other store is not touched.
    EXPECT_EQ(value_of(panel, panel.series[2], "days_to_holiday", kMonday + 95), 4);
    EXPECT_TRUE(std::isnan(value_of(panel, panel.series[2], "days_to_local_event", kMonday + 95)));
}

TEST(Features, WeatherIsOfTheDaysBeforeAndAsFarAheadAsItWasGiven) {
    DailyPanel panel = three_series();
    const std::int32_t date = kMonday + 96;
    EXPECT_TRUE(std::isnan(value(panel, date, "temperature_celsius")));
    EXPECT_TRUE(std::isnan(value(panel, date, "precipitation_mm_mean_7")));
    panel.store_days.resize(1);
    panel.store_days[0].weather = {{date - 2, {.temperature_celsius = 10, .precipitation_mm = 3}},
                                   {date - 1, {.temperature_celsius = -5}},
                                   {date + 1, {.temperature_celsius = 30, .precipitation_mm = 9}}};
    EXPECT_TRUE(std::isnan(value(panel, date, "temperature_celsius")));
    EXPECT_EQ(value(panel, date, "temperature_celsius_lag_1"), -5);
    EXPECT_EQ(value(panel, date, "temperature_celsius_mean_7"), 2.5F);
    EXPECT_TRUE(std::isnan(value(panel, date, "precipitation_mm_lag_1")));
    EXPECT_EQ(value(panel, date, "precipitation_mm_mean_7"), 3);
    EXPECT_EQ(value(panel, date + 1, "temperature_celsius"), 30);
    EXPECT_EQ(value(panel, date + 1, "precipitation_mm"), 9);
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
    DailyPanel panel = three_series();
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
    // Weather of the date itself is read: it is in the panel only where it was foreseen.
    for (auto* of : {&other, &panel}) {
        of->store_days.resize(2);
        of->store_days[0].weather = {{date, {.temperature_celsius = 7, .precipitation_mm = 7}}};
    }
    other.store_days[0].weather[date + 1] = {.temperature_celsius = 40, .precipitation_mm = 40};
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
    EXPECT_EQ(message(head + "a,days_to,temperature,9,null,\n"),
              "feature definitions line 3: 'a' of kind 'days_to', source 'temperature', missing "
              "'null'");
    EXPECT_EQ(message(head + "a,word,brand,0,null,\n"),
              "feature definitions line 3: 'a' of kind 'word', source 'brand', missing 'null'");
    EXPECT_EQ(message("name,kind\n"),
              "feature definitions line 1: 'name,kind' instead of '# definition_version ' and a "
              "number");
}

}  // namespace
}  // namespace shelfcast::demand
