#include "pipelines/policy/policy_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "pipelines/forecast/panel_file.h"
#include "pipelines/forecast/test_tables.h"
#include "retail/time_zone.h"

namespace shelfcast::policy {
namespace {

constexpr std::int32_t kFirst = 20'000;
constexpr std::int32_t kDays = 84;
constexpr unsigned kSeed = 20'260'511;
const std::string kTemplateHeader =
    "cutoff,store_id,product_id,pack_size_units,minimum_order_units,unit_cost,"
    "lost_margin_per_unit,holding_cost_per_unit_day,order_cost,shelf_life_days,lead_time_days,"
    "lead_time_sd_days\n";

/// What a series is called, and which of the made-up series it is.
struct Named {
    std::string product;
    unsigned series = 0;
};
const std::vector<Named> kAsMade = {{"P0", 0}, {"P1", 1}, {"P2", 2}, {"P3", 3}, {"P4", 4}};

std::string panel_text(const std::vector<Named>& items) {
    std::string out = "date,store_id,product_id,units\n";
    for (const Named& item : items) {
        std::mt19937 random(kSeed + item.series);
        std::poisson_distribution<int> units(2.0 + 3 * item.series);
        for (std::int32_t day = 0; day < kDays; ++day) {
            out += fmt::format("{},S1,{},{}\n", retail::format_date(kFirst + day), item.product,
                               units(random));
        }
    }
    return out;
}

std::string template_text(const std::vector<Named>& items, const std::string& last = "2.2,0.4") {
    std::string out = kTemplateHeader;
    for (const std::int32_t cutoff : {kFirst + kDays - 15, kFirst + kDays - 8}) {
        for (const Named& item : items) {
            out += fmt::format("{},S1,{},6,6,0.65,0.35,0.003,0.3,5,{}\n",
                               retail::format_date(cutoff), item.product, last);
        }
    }
    return out;
}

class PolicyFileTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::path(testing::TempDir()) /
                  testing::UnitTest::GetInstance()->current_test_info()->name();
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string file(const std::string& name, const std::string& text) {
        const std::string path = (folder_ / name).string();
        std::ofstream(path) << text;
        return path;
    }
    Result<std::string> write(const std::string& panel, const std::string& wanted,
                              PolicyFileOptions options = {}) {
        SHELFCAST_ASSIGN(const forecast::PanelFile read,
                         forecast::read_panel(file("panel.csv", panel), tables_, {}));
        SHELFCAST_ASSIGN(const PolicyTemplate keys,
                         read_template(file("template.csv", wanted), tables_, read.panel, {}));
        std::string out;
        SHELFCAST_TRY(write_policy(read.panel, keys, options,
                                   [&](std::string_view text) -> Status {
                                       out += text;
                                       return {};
                                   },
                                   {}));
        return out;
    }
    std::string refusal(const std::string& panel, const std::string& wanted) {
        const auto refused = write(panel, wanted);
        EXPECT_FALSE(refused);
        return refused ? "" : refused.error().message;
    }

    std::filesystem::path folder_;
    forecast::NoTables tables_;
};

/// Lines by cut-off, made-up series and date, whatever they are called and wherever they stand.
std::map<std::tuple<std::string, unsigned, std::string>, std::string> levels_of(
    const std::string& text, const std::vector<Named>& items) {
    std::map<std::tuple<std::string, unsigned, std::string>, std::string> out;
    std::stringstream lines(text);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::stringstream cells(line);
        std::string cutoff;
        std::string store;
        std::string product;
        std::string date;
        std::string rest;
        std::getline(cells, cutoff, ',');
        std::getline(cells, store, ',');
        std::getline(cells, product, ',');
        std::getline(cells, date, ',');
        std::getline(cells, rest);
        const auto named = std::ranges::find(items, product, &Named::product);
        EXPECT_NE(named, items.end()) << line;
        out[{cutoff, named->series, date}] += rest + ";";
    }
    return out;
}

TEST_F(PolicyFileTest, EveryMorningOfEveryCutoffHasAPairAndAgainTheSame) {
    const auto first = write(panel_text(kAsMade), template_text(kAsMade));
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(std::ranges::count(*first, '\n'), 1 + 2 * 5 * 7);
    EXPECT_TRUE(first->starts_with(
        "cutoff,store_id,product_id,date,reorder_point_units,order_up_to_units\n"));
    const auto again = write(panel_text(kAsMade), template_text(kAsMade), {.threads = 1});
    ASSERT_TRUE(again);
    EXPECT_EQ(*first, *again);
    const auto service =
        write(panel_text(kAsMade), template_text(kAsMade), {.format = {}, .service = true});
    ASSERT_TRUE(service) << service.error().message;
    EXPECT_EQ(std::ranges::count(*service, '\n'), 1 + 3 * 2 * 5 * 7);
}

TEST_F(PolicyFileTest, NamesAndOrderOfSeriesChangeNothing) {
    const std::vector<Named> renamed = {{"Z", 3}, {"A", 1}, {"M", 4}, {"B", 0}, {"Q", 2}};
    for (const bool service : {false, true}) {
        const PolicyFileOptions options{.format = {}, .service = service};
        const auto one = write(panel_text(kAsMade), template_text(kAsMade), options);
        const auto other = write(panel_text(renamed), template_text(renamed), options);
        ASSERT_TRUE(one && other);
        EXPECT_EQ(levels_of(*one, kAsMade), levels_of(*other, renamed));
    }
}

TEST_F(PolicyFileTest, NothingBehindACutoffIsLookedAt) {
    std::string cut = panel_text(kAsMade);
    std::string altered;
    std::stringstream lines(cut);
    const std::string last_known = retail::format_date(kFirst + kDays - 15);
    for (std::string line; std::getline(lines, line);) {
        const bool is_later = line[0] != 'd' && line.substr(0, 10) > last_known;
        altered += (is_later ? line.substr(0, line.rfind(',')) + ",99" : line) + "\n";
    }
    const auto one = write(cut, template_text(kAsMade));
    const auto other = write(altered, template_text(kAsMade));
    ASSERT_TRUE(one && other);
    const auto first_week = [&](const std::string& text) {
        auto levels = levels_of(text, kAsMade);
        std::erase_if(levels,
                      [&](const auto& line) { return std::get<0>(line.first) > last_known; });
        return levels;
    };
    EXPECT_EQ(first_week(*one), first_week(*other));
    EXPECT_NE(*one, *other);
}

TEST_F(PolicyFileTest, BadInputIsNamed) {
    const std::string panel = panel_text(kAsMade);
    const std::string good = template_text(kAsMade);
    const auto swapped = [&](const std::string& from, const std::string& to) {
        std::string out = good;
        const std::size_t at = out.find(from);
        EXPECT_NE(at, std::string::npos);
        return out.replace(at, from.size(), to);
    };
    EXPECT_NE(refusal(panel, swapped("order_cost", "price")).find("no column order_cost"),
              std::string::npos);
    EXPECT_NE(refusal(panel, kTemplateHeader).find("no row"), std::string::npos);
    EXPECT_NE(refusal(panel, swapped("S1,P3", "S1,P9")).find("product P9 is not in the panel"),
              std::string::npos);
    const std::string negative = refusal(panel, swapped(",0.65,", ",-0.65,"));
    EXPECT_NE(negative.find("row 1: unit_cost '-0.65' is no number from 0"), std::string::npos)
        << negative;
    EXPECT_NE(refusal(panel, swapped(",6,6,", ",0,6,")).find("pack_size_units '0'"),
              std::string::npos);
    EXPECT_NE(refusal(panel, swapped(",0.003,", ",much,")).find("holding_cost_per_unit_day 'much'"),
              std::string::npos);
    EXPECT_NE(refusal(panel, swapped("2.2,0.4", "2.2,0.5")).find("lead time 2.2 days, deviation"),
              std::string::npos);
    const std::size_t last = good.rfind(retail::format_date(kFirst + kDays - 8));
    EXPECT_NE(refusal(panel, good.substr(0, last)).find("has 4 of 5 series"), std::string::npos);
    EXPECT_NE(refusal(panel, good + good.substr(last)).find("came before"), std::string::npos);
    const auto unknown = replay_format("walmart");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().message, "dataset 'walmart': freshretail or uci");
}

TEST_F(PolicyFileTest, TooShortAHistoryIsAnErrorThatSaysHowMuchIsNeeded) {
    std::string text = kTemplateHeader;
    text += fmt::format("{},S1,P0,6,6,0.65,0.35,0.003,0.3,5,2.2,0.4\n",
                        retail::format_date(kFirst + 9));
    const std::string refused = refusal(panel_text({{"P0", 0}}), text);
    EXPECT_NE(refused.find("10 days up to the first cut-off"), std::string::npos) << refused;
}

}  // namespace
}  // namespace shelfcast::policy
