/// The judge's arithmetic: the replay of tests/data/policy_replay, by the program that judges
/// policies (its README says which), comes to the same units and money here.

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/forecast/panel_file.h"
#include "pipelines/forecast/test_tables.h"
#include "pipelines/policy/demand_history.h"
#include "pipelines/policy/policy_file.h"
#include "pipelines/policy/policy_template.h"
#include "replenishment/policies/stock_replay.h"
#include "retail/time_zone.h"

namespace shelfcast::policy {
namespace {

using Line = std::map<std::string, std::string>;

std::string path_of(const std::string& name) { return "tests/data/policy_replay/" + name; }

std::vector<std::string> cells_of(const std::string& text) {
    std::vector<std::string> out;
    std::stringstream cells(text);
    for (std::string cell; std::getline(cells, cell, ',');) {
        out.push_back(cell);
    }
    return out;
}

std::vector<Line> lines_of(const std::string& name) {
    std::ifstream file(path_of(name));
    std::string text;
    std::getline(file, text);
    const std::vector<std::string> names = cells_of(text);
    std::vector<Line> out;
    while (std::getline(file, text)) {
        const std::vector<std::string> cells = cells_of(text);
        Line line;
        for (std::size_t cell = 0; cell < cells.size(); ++cell) {
            line[names[cell]] = cells[cell];
        }
        out.push_back(std::move(line));
    }
    return out;
}

double number(const Line& line, const std::string& name) {
    const std::string& text = line.at(name);
    double value = std::nan("");
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::int64_t whole(const Line& line, const std::string& name) {
    return std::llround(number(line, name));
}

std::string key_of(const Line& line) { return line.at("store_id") + "/" + line.at("product_id"); }

/// Of one series, a value per review morning.
struct Mornings {
    std::vector<std::int32_t> date;
    std::vector<std::int32_t> demand;
    std::vector<std::uint8_t> lead;
    std::vector<double> reorder;
    std::vector<double> up_to;
};

class PolicyReplay : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        const auto file = forecast::read_panel(path_of(GetParam() + "_panel.csv"), tables_, {});
        ASSERT_TRUE(file) << file.error().message;
        panel_ = file->panel;
        auto wanted = read_template(path_of(GetParam() + "_template.csv"), tables_, panel_, {});
        ASSERT_TRUE(wanted) << wanted.error().message;
        template_ = *std::move(wanted);
        for (const Line& line : lines_of(GetParam() + "_days.csv")) {
            Mornings& of = days_[key_of(line)];
            of.date.push_back(*retail::parse_date(line.at("date")));
            of.demand.push_back(static_cast<std::int32_t>(whole(line, "demand_units")));
            of.lead.push_back(static_cast<std::uint8_t>(whole(line, "lead_time_days")));
            of.reorder.push_back(number(line, "reorder_point_units"));
            of.up_to.push_back(number(line, "order_up_to_units"));
        }
    }
    [[nodiscard]] std::string key_of_item(const TemplateItem& item) const {
        const demand::PanelSeries& of = panel_.series[item.series];
        return panel_.names.stores[of.store] + "/" + panel_.names.products[of.product];
    }

    forecast::NoTables tables_;
    demand::DailyPanel panel_;
    PolicyTemplate template_;
    std::map<std::string, Mornings> days_;
};

TEST_P(PolicyReplay, DemandIsTheJudges) {
    const auto format = replay_format(GetParam());
    ASSERT_TRUE(format);
    std::vector<std::size_t> series;
    for (const TemplateItem& item : template_.items) {
        series.push_back(item.series);
    }
    HistoryOptions options{.units_per_panel_unit = format->units_per_panel_unit,
                           .learn_until = template_.cutoffs.front()};
    if (GetParam() == "freshretail") {
        options.least_cut_units = 1e9;  // The judge cuts no day there.
    }
    const demand::DayMatrix history = demand_history(panel_, series, options);
    for (std::size_t row = 0; row < series.size(); ++row) {
        const std::string key = key_of_item(template_.items[row]);
        const Mornings& of = days_.at(key);
        for (std::size_t morning = 0; morning < of.date.size(); ++morning) {
            const auto day = static_cast<std::size_t>(of.date[morning] - history.first_date);
            EXPECT_EQ(history.at(row, day), static_cast<float>(of.demand[morning]))
                << key << " " << retail::format_date(of.date[morning]);
        }
    }
}

TEST_P(PolicyReplay, EverySeriesComesToTheJudgesUnitsAndMoney) {
    std::size_t judged = 0;
    for (const Line& line : lines_of(GetParam() + "_expected.csv")) {
        const auto item = std::ranges::find(template_.items, key_of(line),
                                            [&](const auto& one) { return key_of_item(one); });
        ASSERT_NE(item, template_.items.end()) << key_of(line);
        const Mornings& of = days_.at(key_of(line));
        const bool is_lifo = line.at("issue") == "lifo";
        SCOPED_TRACE(key_of(line) + " " + line.at("issue"));
        const replenishment::ReplayOutcome outcome =
            replenishment::replay(item->terms,
                                  {.demand_units = of.demand,
                                   .lead_time_days = of.lead,
                                   .reorder_point_units = of.reorder,
                                   .order_up_to_units = of.up_to},
                                  {.on_hand_units = whole(line, "start_units"),
                                   .issue = is_lifo ? replenishment::IssueOrder::kNewestFirst
                                                    : replenishment::IssueOrder::kOldestFirst});
        EXPECT_EQ(outcome.demand_units, whole(line, "demand_units"));
        EXPECT_EQ(outcome.sold_units, whole(line, "sold_units"));
        EXPECT_EQ(outcome.wasted_units, whole(line, "wasted_units"));
        EXPECT_EQ(outcome.stock_unit_days, whole(line, "stock_unit_days"));
        EXPECT_EQ(outcome.orders, whole(line, "orders"));
        EXPECT_EQ(outcome.ordered_units, whole(line, "ordered_units"));
        EXPECT_EQ(outcome.stock_out_days, whole(line, "stock_out_days"));
        EXPECT_EQ(outcome.received_units, whole(line, "received_units"));
        EXPECT_NEAR(replenishment::cost_of(outcome, item->terms).total(),
                    number(line, "total_cost"), 1e-5);
        ++judged;
    }
    EXPECT_EQ(judged, 2 * template_.items.size());
}

INSTANTIATE_TEST_SUITE_P(Formats, PolicyReplay, testing::Values("uci", "freshretail"),
                         [](const auto& named) { return named.param; });

}  // namespace
}  // namespace shelfcast::policy
