#include "pipelines/policy/policy_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "pipelines/policy/demand_history.h"
#include "retail/time_zone.h"

namespace shelfcast::policy {
namespace {

using replenishment::LeadTimeChances;

/// Quoted where CSV needs it.
std::string csv_text(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        return text;
    }
    std::string out = "\"";
    for (const char c : text) {
        out += c == '"' ? "\"\"" : std::string(1, c);
    }
    return out + '"';
}

Result<LeadTimeChances> lead_times_of(const PolicyTemplate& wanted, const ReplayFormat& format) {
    constexpr double kSame = 0.005;  // The template is rounded.
    if (!format.lead_times.empty()) {
        SHELFCAST_ASSIGN(LeadTimeChances known, LeadTimeChances::of(format.lead_times));
        if (std::abs(known.mean_days() - wanted.lead_time_days) < kSame &&
            std::abs(known.deviation_days() - wanted.lead_time_sd_days) < kSame) {
            return known;
        }
    }
    return LeadTimeChances::with(wanted.lead_time_days, wanted.lead_time_sd_days);
}

Status write_run(const demand::DailyPanel& panel, const PolicyTemplate& wanted,
                 const PlannedLevels& run, const TextSink& write) {
    const std::size_t cutoffs = wanted.cutoffs.size();
    for (std::size_t cutoff = 0; cutoff < cutoffs; ++cutoff) {
        std::string text;
        for (std::size_t item = 0; item < wanted.items.size(); ++item) {
            const demand::PanelSeries& of = panel.series[wanted.items[item].series];
            const std::string key = fmt::format(
                "{},{},{}", retail::format_date(wanted.cutoffs[cutoff]),
                csv_text(panel.names.stores[of.store]), csv_text(panel.names.products[of.product]));
            for (std::size_t morning = 0; morning < kMorningsPerCutoff; ++morning) {
                const std::size_t at = (item * cutoffs + cutoff) * kMorningsPerCutoff + morning;
                fmt::format_to(std::back_inserter(text), "{},{}", key,
                               retail::format_date(wanted.cutoffs[cutoff] + 1 +
                                                   static_cast<std::int32_t>(morning)));
                if (run.target_fill_rate > 0) {
                    fmt::format_to(std::back_inserter(text), ",{}", run.target_fill_rate);
                }
                fmt::format_to(std::back_inserter(text), ",{:.4f},{:.4f}\n",
                               run.reorder_point_units[at], run.order_up_to_units[at]);
            }
        }
        SHELFCAST_TRY(write(text));
    }
    return {};
}

}  // namespace

Result<ReplayFormat> replay_format(std::string_view name) {
    if (name == "freshretail") {  // Tenths of the source's unit; two days, three now and then.
        return ReplayFormat{.units_per_panel_unit = 10, .lead_times = {{2, 0.8}, {3, 0.2}}};
    }
    if (name == "uci") {
        return ReplayFormat{.units_per_panel_unit = 1,
                            .lead_times = {{5, 0.1}, {6, 0.2}, {7, 0.4}, {8, 0.1}, {10, 0.2}}};
    }
    return fail(ErrorKind::kInvalidInput, "dataset '{}': freshretail or uci", name);
}

Result<PlanTuning> write_policy(const demand::DailyPanel& panel, const PolicyTemplate& wanted,
                                const PolicyFileOptions& options, const TextSink& write,
                                const std::stop_token& stop) {
    std::vector<std::size_t> series;
    PlanInput input;
    for (const TemplateItem& item : wanted.items) {
        series.push_back(item.series);
        input.terms.push_back(item.terms);
    }
    input.demand = demand_history(panel, series,
                                  {.units_per_panel_unit = options.format.units_per_panel_unit,
                                   .learn_until = wanted.cutoffs.front()});
    for (const std::int32_t cutoff : wanted.cutoffs) {
        const std::int32_t day = cutoff - input.demand.first_date;
        if (day < 0 || static_cast<std::size_t>(day) >= input.demand.days) {
            return fail(ErrorKind::kInvalidInput, "cut-off {}: the panel's series have {} to {}",
                        retail::format_date(cutoff), retail::format_date(input.demand.first_date),
                        retail::format_date(input.demand.first_date +
                                            static_cast<std::int32_t>(input.demand.days) - 1));
        }
        input.cutoff_days.push_back(static_cast<std::size_t>(day));
    }
    SHELFCAST_ASSIGN(input.lead_times, lead_times_of(wanted, options.format));
    input.issue = options.issue;
    input.threads = options.threads;
    const std::span<const double> targets =
        options.service ? std::span<const double>(kServiceTargets) : std::span<const double>();
    SHELFCAST_ASSIGN(const PolicyPlan plan, plan_policy(input, targets, stop));
    SHELFCAST_TRY(write(options.service ? "cutoff,store_id,product_id,date,target_fill_rate,"
                                          "reorder_point_units,order_up_to_units\n"
                                        : "cutoff,store_id,product_id,date,reorder_point_units,"
                                          "order_up_to_units\n"));
    for (const PlannedLevels& run : plan.runs) {
        SHELFCAST_TRY(write_run(panel, wanted, run, write));
    }
    return plan.tuning;
}

}  // namespace shelfcast::policy
