#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>
#include <vector>

#include "adapters/engine/parquet_reader.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "cli/what_if_job.h"
#include "cli/what_if_text.h"
#include "pipelines/forecast/panel_file.h"
#include "pipelines/policy/demand_columns.h"
#include "replenishment/policies/what_if.h"

namespace shelfcast::cli {
namespace {

using nlohmann::ordered_json;
using replenishment::WhatIfOptions;

struct SimulateFlags {
    std::string panel;
    std::string series;
    WhatIfOptions what_if;
    double units_per_panel_unit = 1;
    double price = 1;
    /// Options by their names in JSON.
    std::vector<std::pair<const char*, const CLI::Option*>> given;

    [[nodiscard]] ordered_json asked() const;
};

void print_answer(const Common& common, const ordered_json& answer) {
    if (common.json) {
        fmt::print("{}\n", answer.dump(2, ' ', false, ordered_json::error_handler_t::replace));
    } else {
        fmt::print("{}", answer_text(answer));
    }
}

/// The chain's own history, as POST /v1/simulate has it.
Result<int> simulate_chain(const Common& common, const SimulateFlags& flags,
                           const std::stop_token& stop) {
    if (!flags.series.empty()) {
        return fail(ErrorKind::kInvalidInput, "--series names series of a --panel");
    }
    SHELFCAST_ASSIGN(
        const std::string done,
        run_job_with_bar(common.config, "simulate", simulate_job, flags.asked().dump(), stop));
    print_answer(common, ordered_json::parse(done));
    return 0;
}

/// The options whose flags were given; the rest are the configuration's.
ordered_json SimulateFlags::asked() const {
    const ordered_json all = options_json(what_if);
    ordered_json out = ordered_json::object();
    for (const auto& [name, flag] : given) {
        if (flag->count() > 0) {
            out[name] = all[name];
        }
    }
    return out;
}

Result<int> run_simulate(const Common& common, const SimulateFlags& flags,
                         const std::stop_token& stop) {
    if (flags.panel.empty()) {
        return simulate_chain(common, flags, stop);
    }
    adapters::ParquetReader tables({.library = common.config.engine_library.string(),
                                    .scratch_directory = std::filesystem::temp_directory_path()});
    SHELFCAST_ASSIGN(const forecast::PanelFile file,
                     forecast::read_panel(flags.panel, tables, stop));
    std::vector<std::size_t> series(file.panel.series.size());
    std::iota(series.begin(), series.end(), std::size_t{0});
    if (!flags.series.empty()) {
        SHELFCAST_ASSIGN(series, forecast::read_series(flags.series, tables, file.panel, stop));
    }
    SHELFCAST_ASSIGN(const policy::PanelColumns columns,
                     policy::demand_columns(file.panel, series,
                                            {.units_per_panel_unit = flags.units_per_panel_unit,
                                             .replayed_days = flags.what_if.days,
                                             .price_if_none = flags.price}));
    const auto answer = replenishment::what_if(columns.demand, flags.what_if);
    if (!answer) {
        return fail(answer.error().kind, "{}: {}", flags.panel, answer.error().message);
    }
    ordered_json taken = options_json(flags.what_if);
    taken["price_if_none"] = flags.price;
    taken["units_per_panel_unit"] = flags.units_per_panel_unit;
    std::vector<std::string> remarks = file.remarks;
    std::ranges::move(remarks_of(columns, *answer), std::back_inserter(remarks));
    print_answer(common, answer_json({.series = columns.demand.series,
                                      .last_date = columns.last_date,
                                      .days = flags.what_if.days},
                                     *answer, taken, remarks));
    return 0;
}

void add_options(CLI::App& command, SimulateFlags& flags) {
    WhatIfOptions& what_if = flags.what_if;
    const auto number = [&](const char* flag, const char* name, auto& into, const char* help,
                            auto least, auto most) {
        flags.given.emplace_back(name, command.add_option(flag, into, help)
                                           ->check(CLI::Range(least, most))
                                           ->capture_default_str());
    };
    number("--days", "days", what_if.days, "The last ones are replayed", 1, 3650);
    // A service level may be neither of its ends, and demand has an error of its own: what_if says.
    flags.given.emplace_back(
        "service_percent",
        command
            .add_option("--service", what_if.service_percent,
                        "Order cycles without a stock-out, in percent: above 0, below 100")
            ->capture_default_str());
    flags.given.emplace_back(
        "demand_percent",
        command
            .add_option("--demand", what_if.demand_percent, "Of what it was, in percent: 0 to 1000")
            ->capture_default_str());
    number("--lead-time", "lead_time_days", what_if.lead_time_days, "Days from order to delivery",
           0, 63);
    number("--review", "review_period_days", what_if.review_period_days, "Days between orders", 1,
           365);
    number("--budget", "budget", what_if.budget,
           "What all levels together may be worth at cost; money, 0: no limit", 0.0, 1e15);
    number("--cover", "cover_days", what_if.cover_days, "Today's rule: days of mean sales", 0.0,
           365.0);
    number("--shelf-life", "shelf_life_days", what_if.shelf_life_days,
           "Days on the shelf; 0: keeps for ever", 0, 3650);
    number("--pack", "pack_units", what_if.pack_units, "Units that are ordered together", 1,
           1'000'000);
    number("--margin", "margin_percent", what_if.margin_percent, "Of the price, in percent", 0.0,
           100.0);
    number("--holding", "holding_percent_per_year", what_if.holding_percent_per_year,
           "Cost of holding, percent of unit cost a year", 0.0, 1000.0);
    number("--order-cost", "order_cost", what_if.order_cost, "Of one order line; money", 0.0, 1e9);
}

}  // namespace

void add_simulate(Commands& commands) {
    const auto flags = std::make_shared<SimulateFlags>();
    CLI::App& command = commands.add(
        "simulate",
        "What if: replay the last days under today's rule and under a service level, side by side: "
        "of\nthe chain, or of a panel file\n"
        "Example: shelfcast simulate --panel data/freshretail/daily_panel.parquet --service 97 "
        "--demand 120",
        [&common = commands.common(), flags](const std::stop_token& stop) {
            return run_simulate(common, *flags, stop);
        });
    command.add_option("--panel", flags->panel,
                       "Daily panel: Parquet or CSV; without it: the chain's own last days, at "
                       "the configuration's rates");
    command.add_option("--series", flags->series,
                       "Only these series of the panel: columns store_id, product_id");
    add_options(command, *flags);
    command.add_option("--price", flags->price, "Of series without a price in the panel; money")
        ->check(CLI::Range(0.0, 1e9))
        ->capture_default_str();
    command
        .add_option("--units-per-panel-unit", flags->units_per_panel_unit,
                    "Whole units that one unit of the panel is: 10 where it counts in tenths")
        ->check(CLI::Range(1e-6, 1e6))
        ->capture_default_str();
}

}  // namespace shelfcast::cli
