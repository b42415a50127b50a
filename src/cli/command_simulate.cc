#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "adapters/engine/parquet_reader.h"
#include "cli/commands.h"
#include "pipelines/forecast/panel_file.h"
#include "pipelines/policy/demand_columns.h"
#include "replenishment/what_if.h"
#include "retail/time_zone.h"

namespace shelfcast::cli {
namespace {

using nlohmann::ordered_json;
using replenishment::PolicyOutcome;
using replenishment::WhatIfOptions;

struct SimulateFlags {
    std::string panel;
    std::string series;
    WhatIfOptions what_if;
    double units_per_panel_unit = 1;
    double price = 1;
};

/// One figure of both policies, as it is called in JSON and how many digits a person reads of it.
struct Figure {
    const char* name;
    int digits;
    double (*of)(const PolicyOutcome&);
};

constexpr Figure kFigures[] = {
    {"fill_rate", 4, [](const PolicyOutcome& out) { return out.units.fill_rate(); }},
    {"demand_units", 0,
     [](const PolicyOutcome& out) { return static_cast<double>(out.units.demand_units); }},
    {"sold_units", 0,
     [](const PolicyOutcome& out) { return static_cast<double>(out.units.sold_units); }},
    {"stock_out_days", 0,
     [](const PolicyOutcome& out) { return static_cast<double>(out.units.stock_out_days); }},
    {"average_stock_units", 1, [](const PolicyOutcome& out) { return out.average_stock_units(); }},
    {"days_of_cover", 2, [](const PolicyOutcome& out) { return out.days_of_cover(); }},
    {"wasted_units", 0,
     [](const PolicyOutcome& out) { return static_cast<double>(out.units.wasted_units); }},
    {"orders", 0, [](const PolicyOutcome& out) { return static_cast<double>(out.units.orders); }},
    {"on_hand_at_start_units", 0,
     [](const PolicyOutcome& out) {
         return static_cast<double>(out.units.on_hand_at_start_units);
     }},
    {"received_units", 0,
     [](const PolicyOutcome& out) { return static_cast<double>(out.units.received_units); }},
    {"on_hand_at_end_units", 0,
     [](const PolicyOutcome& out) { return static_cast<double>(out.units.on_hand_at_end_units); }},
    {"lost_margin", 2, [](const PolicyOutcome& out) { return out.cost.lost_margin; }},
    {"holding_cost", 2, [](const PolicyOutcome& out) { return out.cost.holding; }},
    {"waste_cost", 2, [](const PolicyOutcome& out) { return out.cost.waste; }},
    {"ordering_cost", 2, [](const PolicyOutcome& out) { return out.cost.orders; }},
    {"total_cost", 2, [](const PolicyOutcome& out) { return out.cost.total(); }},
};

/// Everything that the figures rest on and the panel does not say.
ordered_json assumptions(const SimulateFlags& flags) {
    const WhatIfOptions& what_if = flags.what_if;
    return {{"service_percent", what_if.service_percent},
            {"demand_percent", what_if.demand_percent},
            {"cover_days", what_if.cover_days},
            {"lead_time_days", what_if.lead_time_days},
            {"review_period_days", what_if.review_period_days},
            {"shelf_life_days", what_if.shelf_life_days},
            {"pack_units", what_if.pack_units},
            {"margin_percent", what_if.margin_percent},
            {"holding_percent_per_year", what_if.holding_percent_per_year},
            {"order_cost", what_if.order_cost},
            {"budget", what_if.budget},
            {"price_if_none", flags.price},
            {"units_per_panel_unit", flags.units_per_panel_unit}};
}

std::vector<std::string> remarks_of(const forecast::PanelFile& file,
                                    const policy::PanelColumns& columns,
                                    const replenishment::WhatIfAnswer& answer,
                                    const SimulateFlags& flags) {
    std::vector<std::string> out = file.remarks;
    if (columns.raised_days > 0) {
        out.push_back(fmt::format(
            "{} days were out of stock for a time: demand is taken for more than was sold",
            columns.raised_days));
    }
    if (columns.broken_days > 0) {
        out.push_back(fmt::format(
            "{} days have parts of a unit, which were rounded: see --units-per-panel-unit",
            columns.broken_days));
    }
    if (columns.unpriced_series > 0) {
        out.push_back(fmt::format("{} series have no price: {} each, see --price",
                                  columns.unpriced_series, flags.price));
    }
    if (answer.cut_mornings > 0) {
        out.push_back(fmt::format("the budget was too small for the service level on {} mornings",
                                  answer.cut_mornings));
    }
    return out;
}

void print_answer(const Common& common, const policy::PanelColumns& columns,
                  const SimulateFlags& flags, const replenishment::WhatIfAnswer& answer,
                  const std::vector<std::string>& remarks) {
    const auto days = static_cast<std::int32_t>(flags.what_if.days);
    const std::string first = retail::format_date(columns.last_date - days + 1);
    const std::string last = retail::format_date(columns.last_date);
    if (common.json) {
        ordered_json out = {{"first_date", first},
                            {"last_date", last},
                            {"days", flags.what_if.days},
                            {"warm_up_days", answer.warm_up_days},
                            {"series", columns.demand.series},
                            {"assumptions", assumptions(flags)}};
        for (const Figure& figure : kFigures) {
            const double today = figure.of(answer.today);
            const double what_if = figure.of(answer.what_if);
            out["today"][figure.name] = today;
            out["what_if"][figure.name] = what_if;
            out["difference"][figure.name] = what_if - today;
        }
        out["remarks"] = remarks;
        fmt::print("{}\n", out.dump(2, ' ', false, ordered_json::error_handler_t::replace));
        return;
    }
    fmt::print("{} series, {} to {}; {} days before them warm the stock up\n",
               columns.demand.series, first, last, answer.warm_up_days);
    fmt::print("today: {} days of cover and the lead time; what if: a service level of {} %\n\n",
               flags.what_if.cover_days, flags.what_if.service_percent);
    fmt::print("{:<24}{:>16}{:>16}{:>16}\n", "", "today", "what if", "difference");
    for (const Figure& figure : kFigures) {
        const double today = figure.of(answer.today);
        const double what_if = figure.of(answer.what_if);
        fmt::print("{:<24}{:>16.{}f}{:>16.{}f}{:>+16.{}f}\n", figure.name, today, figure.digits,
                   what_if, figure.digits, what_if - today, figure.digits);
    }
    fmt::print("\n");
    const ordered_json taken = assumptions(flags);
    for (const auto& [name, value] : taken.items()) {
        fmt::print("taken: {} {}\n", name, value.dump());
    }
    for (const std::string& remark : remarks) {
        fmt::print("remark: {}\n", remark);
    }
}

Result<int> run_simulate(const Common& common, const SimulateFlags& flags,
                         const std::stop_token& stop) {
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
    print_answer(common, columns, flags, *answer, remarks_of(file, columns, *answer, flags));
    return 0;
}

/// What costs and supplies are like; the same as the configuration's defaults.
void add_rates(CLI::App& command, SimulateFlags& flags) {
    const auto number = [&command](const char* name, auto& into, const char* help, auto least,
                                   auto most) {
        command.add_option(name, into, help)->check(CLI::Range(least, most))->capture_default_str();
    };
    WhatIfOptions& what_if = flags.what_if;
    number("--cover", what_if.cover_days, "Today's rule: days of mean sales", 0.0, 365.0);
    number("--shelf-life", what_if.shelf_life_days, "Days on the shelf; 0: keeps for ever", 0,
           3650);
    number("--pack", what_if.pack_units, "Units that are ordered together", 1, 1'000'000);
    number("--margin", what_if.margin_percent, "Of the price, in percent", 0.0, 100.0);
    number("--holding", what_if.holding_percent_per_year,
           "Cost of holding, percent of unit cost a year", 0.0, 1000.0);
    number("--order-cost", what_if.order_cost, "Of one order line; money", 0.0, 1e9);
    number("--price", flags.price, "Of series without a price in the panel; money", 0.0, 1e9);
    number("--units-per-panel-unit", flags.units_per_panel_unit,
           "Whole units that one unit of the panel is: 10 where it counts in tenths", 1e-6, 1e6);
}

}  // namespace

void add_simulate(Commands& commands) {
    const auto flags = std::make_shared<SimulateFlags>();
    CLI::App& command = commands.add(
        "simulate",
        "What if: replay the last days of a panel under today's rule and under a service level, "
        "side\nby side\n"
        "Example: shelfcast simulate --panel data/freshretail/daily_panel.parquet --service 97 "
        "--demand 120",
        [&common = commands.common(), flags](const std::stop_token& stop) {
            return run_simulate(common, *flags, stop);
        });
    command.add_option("--panel", flags->panel, "Daily panel: Parquet or CSV")->required();
    command.add_option("--series", flags->series,
                       "Only these series: columns store_id, product_id");
    WhatIfOptions& what_if = flags->what_if;
    command.add_option("--days", what_if.days, "The last ones are replayed")
        ->check(CLI::Range(1, 3650))
        ->capture_default_str();
    command
        .add_option("--service", what_if.service_percent,
                    "Order cycles without a stock-out, in percent: above 0, below 100")
        ->capture_default_str();
    command.add_option("--demand", what_if.demand_percent, "Of what it was, in percent: 0 to 1000")
        ->capture_default_str();
    command.add_option("--lead-time", what_if.lead_time_days, "Days from order to delivery")
        ->check(CLI::Range(0, 63))
        ->capture_default_str();
    command.add_option("--review", what_if.review_period_days, "Days between orders")
        ->check(CLI::Range(1, 365))
        ->capture_default_str();
    command
        .add_option("--budget", what_if.budget,
                    "What all levels together may be worth at cost; money, 0: no limit")
        ->check(CLI::Range(0.0, 1e15))
        ->capture_default_str();
    add_rates(command, *flags);
}

}  // namespace shelfcast::cli
