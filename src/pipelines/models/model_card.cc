#include "pipelines/models/model_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "retail/time_zone.h"

namespace shelfcast::models {
namespace {

using demand::AccuracyMeasures;

struct Line {
    std::string_view name;
    std::optional<double> AccuracyMeasures::* measure;
};

constexpr Line kLines[] = {
    {"wQL (weighted quantile loss)", &AccuracyMeasures::wql},
    {"WRMSSE", &AccuracyMeasures::wrmsse},
    {"wMAPE", &AccuracyMeasures::wmape},
    {"RMSE, units", &AccuracyMeasures::rmse},
    {"MAE, units", &AccuracyMeasures::mae},
    {"R2", &AccuracyMeasures::r2},
    {"MAPE of days with sales", &AccuracyMeasures::mape},
    {"bias (above 0: too high)", &AccuracyMeasures::bias},
    {"share inside the 80 % interval", &AccuracyMeasures::coverage_80},
    {"share inside the 95 % interval", &AccuracyMeasures::coverage_95},
};

/// The features that matter most.
std::string importance_table(const ModelEntry& entry) {
    constexpr std::size_t kMost = 15;
    if (entry.importance.empty()) {
        return {};
    }
    std::string table =
        "## What it looks at\n\nShare of the loss that the splits on a feature took off, on "
        "average over the ensembles.\n\n| feature | share |\n|---|---|\n";
    for (std::size_t i = 0; i < std::min(kMost, entry.importance.size()); ++i) {
        table += fmt::format("| {} | {:.1f} % |\n", entry.importance[i].feature,
                             100 * entry.importance[i].gain_share);
    }
    return table + "\n";
}

}  // namespace

std::string measure_text(const std::optional<double>& measure) {
    return measure ? fmt::format("{:.4g}", *measure) : "-";
}

std::string model_card(const ModelEntry& entry) {
    std::string card = fmt::format(
        "# Model {}\n\n"
        "Forecasts, for each product in each store and each of the next {} days, how much will be "
        "{}: a mean and quantiles. Trained {} by shelfcast {} in {:.1f} s.\n\n"
        "## Data\n\n"
        "{} series, {} days of sales, {} to {}. Sales are units over the till, returns not taken "
        "off. Days without stock count as the hours that had stock say "
        "(docs/ML_GUIDE.md).\n\n"
        "## How it was trained\n\n"
        "| parameter | value |\n|---|---|\n| horizon | {} days |\n| target | {} |\n"
        "| search of hyper-parameters | {} s |\n| seed | {} |\n"
        "| trees in each ensemble | {} |\n| learning rate | {} |\n| leaves | {} |\n"
        "| least rows in a leaf | {} |\n| lambda (L2) | {} |\n| Tweedie power | {} |\n\n",
        entry.version, entry.horizon_days, entry.target == "demand" ? "asked for" : "sold",
        retail::format_utc_ms(entry.trained_at_ms), entry.code_version, entry.training_seconds,
        entry.series, entry.rows, retail::format_date(entry.data_from),
        retail::format_date(entry.data_to), entry.horizon_days, entry.target, entry.search_seconds,
        entry.seed, entry.shape.trees, entry.shape.learning_rate, entry.shape.leaves,
        entry.shape.min_rows_in_leaf, entry.shape.lambda_l2, entry.shape.tweedie_power);
    card += fmt::format(
        "## How good it is\n\n"
        "Measured on {} to {}, by a model that was trained the same way without those days: {} "
        "days of {} series. Days with hours without stock are left out where demand is "
        "forecast.\n\n"
        "| measure | this model |{}\n|---|---|{}\n",
        retail::format_date(entry.held_back_from), retail::format_date(entry.held_back_to),
        entry.measures.rows, entry.measures.series,
        entry.champion ? fmt::format(" champion {} |", entry.champion->version) : "",
        entry.champion ? "---|" : "");
    for (const Line& line : kLines) {
        card += fmt::format("| {} | {} |", line.name, measure_text(entry.measures.*line.measure));
        if (entry.champion) {
            card += fmt::format(" {} |", measure_text(entry.champion->measures.*line.measure));
        }
        card += '\n';
    }
    card += fmt::format("\n{}\n\n", entry.verdict) + importance_table(entry);
    card += "## What to know\n\n";
    for (const std::string& remark : entry.remarks) {
        card += fmt::format("- {}\n", remark);
    }
    card +=
        "- It forecasts what the past says: a price, a promotion or an opening that never happened "
        "before is not in it.\n"
        "- Its intervals are for one product in one store and day; those of sums are forecast "
        "apart.\n"
        "- Made for orders and alerts that a person can overrule; nothing in it is about "
        "customers.\n\n";
    card += fmt::format("Artefact: {} bytes, SHA-256 {}.\n", entry.artefact_bytes,
                        entry.artefact_sha256);
    return card;
}

}  // namespace shelfcast::models
