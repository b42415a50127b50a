#include "cli/what_if_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "retail/time_zone.h"

namespace shelfcast::cli {
namespace {

using nlohmann::ordered_json;
using replenishment::PolicyOutcome;
using replenishment::WhatIfOptions;

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

/// Calls visit(name, member) for every option.
template <typename Options, typename Visit>
void each_option(Options& options, const Visit& visit) {
    visit("days", options.days);
    visit("service_percent", options.service_percent);
    visit("demand_percent", options.demand_percent);
    visit("cover_days", options.cover_days);
    visit("lead_time_days", options.lead_time_days);
    visit("review_period_days", options.review_period_days);
    visit("shelf_life_days", options.shelf_life_days);
    visit("pack_units", options.pack_units);
    visit("margin_percent", options.margin_percent);
    visit("holding_percent_per_year", options.holding_percent_per_year);
    visit("order_cost", options.order_cost);
    visit("budget", options.budget);
}

std::string shown(const ordered_json& value) {
    return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Status read_number(const char* name, const ordered_json& value, double& into) {
    if (!value.is_number()) {
        return fail(ErrorKind::kInvalidInput, "{}: {} is no number", name, shown(value));
    }
    into = value.get<double>();
    return {};
}

template <typename Whole>
Status read_number(const char* name, const ordered_json& value, Whole& into) {
    constexpr std::int64_t kMost = 1'000'000'000;
    const bool is_whole = value.is_number_unsigned() &&
                          value.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMost);
    if (!is_whole) {
        return fail(ErrorKind::kInvalidInput, "{}: {} is no whole number of 0 or more", name,
                    shown(value));
    }
    into = static_cast<Whole>(value.get<std::uint64_t>());
    return {};
}

}  // namespace

ordered_json options_json(const WhatIfOptions& options) {
    ordered_json out = ordered_json::object();
    each_option(options, [&](const char* name, const auto& value) { out[name] = value; });
    return out;
}

Status read_options(const ordered_json& request, const std::vector<std::string>& others,
                    WhatIfOptions& options) {
    if (!request.is_object()) {
        return fail(ErrorKind::kInvalidInput, "the request is no JSON object");
    }
    const ordered_json known = options_json(options);
    for (const auto& [name, value] : request.items()) {
        if (!known.contains(name) && std::ranges::find(others, name) == others.end()) {
            return fail(ErrorKind::kInvalidInput, "{}: there is no such option", name);
        }
    }
    Status read;
    each_option(options, [&](const char* name, auto& value) {
        const auto found = request.find(name);
        if (read && found != request.end() && !found->is_null()) {
            read = read_number(name, *found, value);
        }
    });
    return read;
}

ordered_json answer_json(const ReplayedHistory& history, const replenishment::WhatIfAnswer& answer,
                         const ordered_json& assumptions, const std::vector<std::string>& remarks) {
    const auto days = static_cast<std::int32_t>(history.days);
    ordered_json out = {{"first_date", retail::format_date(history.last_date - days + 1)},
                        {"last_date", retail::format_date(history.last_date)},
                        {"days", history.days},
                        {"warm_up_days", answer.warm_up_days},
                        {"series", history.series},
                        {"assumptions", assumptions}};
    for (const Figure& figure : kFigures) {
        const double today = figure.of(answer.today);
        const double what_if = figure.of(answer.what_if);
        out["today"][figure.name] = today;
        out["what_if"][figure.name] = what_if;
        out["difference"][figure.name] = what_if - today;
    }
    out["remarks"] = remarks;
    return out;
}

std::string answer_text(const ordered_json& answer) {
    const ordered_json& taken = answer["assumptions"];
    std::string out;
    const auto add = std::back_inserter(out);
    fmt::format_to(add, "{} series, {} to {}; {} days before them warm the stock up\n",
                   answer["series"].get<std::size_t>(), answer["first_date"].get<std::string>(),
                   answer["last_date"].get<std::string>(),
                   answer["warm_up_days"].get<std::size_t>());
    fmt::format_to(add,
                   "today: {} days of cover and the lead time; what if: a service level of {} "
                   "%\n\n",
                   taken["cover_days"].get<double>(), taken["service_percent"].get<double>());
    fmt::format_to(add, "{:<24}{:>16}{:>16}{:>16}\n", "", "today", "what if", "difference");
    for (const Figure& figure : kFigures) {
        const double today = answer["today"][figure.name].get<double>();
        const double what_if = answer["what_if"][figure.name].get<double>();
        fmt::format_to(add, "{:<24}{:>16.{}f}{:>16.{}f}{:>+16.{}f}\n", figure.name, today,
                       figure.digits, what_if, figure.digits, what_if - today, figure.digits);
    }
    out += '\n';
    for (const auto& [name, value] : taken.items()) {
        fmt::format_to(add, "taken: {} {}\n", name, value.dump());
    }
    for (const ordered_json& remark : answer["remarks"]) {
        fmt::format_to(add, "remark: {}\n", remark.get<std::string>());
    }
    return out;
}

std::vector<std::string> remarks_of(const policy::PanelColumns& columns,
                                    const replenishment::WhatIfAnswer& answer) {
    std::vector<std::string> out;
    if (columns.raised_days > 0) {
        out.push_back(fmt::format(
            "{} days were out of stock for a time: demand is taken for more than was sold",
            columns.raised_days));
    }
    if (columns.broken_days > 0) {
        out.push_back(
            fmt::format("{} days have parts of a unit, which were rounded", columns.broken_days));
    }
    if (columns.unpriced_series > 0) {
        out.push_back(fmt::format("{} series have no price", columns.unpriced_series));
    }
    if (answer.cut_mornings > 0) {
        out.push_back(fmt::format("the budget was too small for the service level on {} mornings",
                                  answer.cut_mornings));
    }
    return out;
}

}  // namespace shelfcast::cli
