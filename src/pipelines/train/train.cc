#include "pipelines/train/train.h"

#include <algorithm>
#include <utility>

#include "base/failpoint.h"
#include "base/log.h"
#include "demand/forecast_accuracy.h"
#include "pipelines/train/metric_rows.h"
#include "retail/time_zone.h"

namespace shelfcast::train {
namespace {

constexpr std::string_view kModelName = "blend";
constexpr std::size_t kSteps = 5;
/// Before the held-back days, so that there is a week to learn from.
constexpr std::size_t kLeastDays = 14;

std::string_view name_of(demand::ForecastTarget target) {
    return target == demand::ForecastTarget::kDemand ? "demand" : "sales";
}

/// The first so many of a forecast's days.
demand::DemandForecast first_days(const demand::DemandForecast& forecast, std::size_t days) {
    demand::DemandForecast cut;
    cut.cutoff = forecast.cutoff;
    cut.horizon_days = days;
    cut.target = forecast.target;
    const std::size_t series = forecast.mean.size() / forecast.horizon_days;
    for (std::size_t one = 0; one < series; ++one) {
        for (std::size_t day = 0; day < days; ++day) {
            cut.mean.push_back(forecast.means_of(one)[day]);
            const auto quantiles = forecast.quantiles_of(one, day);
            cut.quantiles.insert(cut.quantiles.end(), quantiles.begin(), quantiles.end());
        }
    }
    return cut;
}

struct HeldBack {
    demand::AccuracyMeasures measures;
    std::optional<models::Comparison> champion;
    forecast::TreeShape shape;  ///< Found by search, or the given one.
    std::vector<std::string> remarks;
};

/// The given options, with a search that ends at its time.
forecast::TrainingOptions with_search(const TrainOptions& options, const ports::Clock& clock) {
    forecast::TrainingOptions out = options.model;
    if (options.search_seconds > 0) {
        const std::int64_t until_us =
            clock.steady_us() + static_cast<std::int64_t>(options.search_seconds * 1e6);
        out.may_search = [&clock, until_us] { return clock.steady_us() < until_us; };
    }
    return out;
}

/// How a model without the last days, and the champion, do on them.
Result<HeldBack> measure_on_held_back(const TrainPorts& ports, const TrainOptions& options,
                                      const demand::DailyPanel& panel, std::int32_t cutoff,
                                      const std::stop_token& stop) {
    const std::size_t horizon = options.model.horizon_days;
    const std::int32_t before = cutoff - static_cast<std::int32_t>(horizon);
    SHELFCAST_ASSIGN(const demand::DailyPanel known,
                     demand::as_of(panel, before, horizon, options.model.known));
    SHELFCAST_ASSIGN(const auto challenger,
                     ports.training.train(known, with_search(options, ports.clock), stop));
    SHELFCAST_ASSIGN(const demand::DemandForecast forecast, challenger->forecast(known, stop));
    HeldBack found;
    found.shape = challenger->report().shape;
    found.remarks = challenger->report().search;
    SHELFCAST_ASSIGN(found.measures, demand::measure(panel, forecast));

    auto champion = ports.champion.get();
    if (!champion) {
        found.remarks.push_back(
            fmt::format("not compared with the champion: {}", champion.error().message));
        return found;
    }
    if (!*champion) {
        return found;
    }
    const models::ModelEntry& entry = (*champion)->entry();
    const auto theirs = (*champion)->forecast(panel, before, stop);
    if (!theirs) {
        found.remarks.push_back(fmt::format("not compared with the champion {}: {}", entry.version,
                                            theirs.error().message));
        return found;
    }
    if (entry.data_to > before) {
        found.remarks.push_back(fmt::format(
            "the champion {} was trained on days up to {}, some of which are held back here: the "
            "comparison is in its favour",
            entry.version, retail::format_date(entry.data_to)));
    }
    const std::size_t days = std::min(horizon, theirs->horizon_days);
    found.champion = models::Comparison{entry.version, {}};
    SHELFCAST_ASSIGN(found.champion->measures, demand::measure(panel, first_days(*theirs, days)));
    if (days < horizon) {
        found.remarks.push_back(fmt::format(
            "the champion {} forecasts {} days: compared over those", entry.version, days));
        SHELFCAST_ASSIGN(found.measures, demand::measure(panel, first_days(forecast, days)));
    }
    return found;
}

models::ModelEntry describe(const TrainOptions& options, const forecast::TrainingReport& report,
                            HeldBack held_back, std::int32_t cutoff) {
    models::ModelEntry entry;
    entry.model_name = kModelName;
    entry.code_version = options.code_version;
    entry.horizon_days = options.model.horizon_days;
    entry.target = name_of(options.model.target);
    entry.search_seconds = options.search_seconds;
    entry.shape = report.shape;
    entry.seed = options.model.seed;
    entry.data_from = report.data_from;
    entry.data_to = report.data_to;
    entry.series = report.series;
    entry.rows = report.rows;
    entry.importance = report.importance;
    entry.measures = held_back.measures;
    entry.held_back_from = cutoff - static_cast<std::int32_t>(options.model.horizon_days) + 1;
    entry.held_back_to = cutoff;
    entry.champion = std::move(held_back.champion);
    entry.remarks = std::move(held_back.remarks);
    entry.remarks.insert(entry.remarks.end(), report.remarks.begin(), report.remarks.end());
    const Verdict verdict = compare(entry.measures, entry.champion, options.margin);
    entry.is_better = verdict.is_better;
    entry.verdict = verdict.text;
    return entry;
}

/// Of the panel, which begins with the first day of any series.
Status check_length(const demand::DailyPanel& panel, std::int32_t cutoff, std::size_t horizon) {
    std::int32_t first = cutoff + 1;
    for (const demand::PanelSeries& series : panel.series) {
        first = std::min(first, series.first_date);
    }
    const auto days = static_cast<std::size_t>(cutoff + 1 - first);
    if (days < horizon + kLeastDays) {
        return fail(ErrorKind::kInvalidInput,
                    "there are {} days of sales up to {}: training takes {} to learn from and {} "
                    "to be measured on; until then forecasts are from sales velocity",
                    days, retail::format_date(cutoff), kLeastDays, horizon);
    }
    return {};
}

}  // namespace

Verdict compare(const demand::AccuracyMeasures& challenger,
                const std::optional<models::Comparison>& champion, double margin) {
    if (!champion) {
        return {true, "There was no champion to compare with."};
    }
    const std::optional<double>& ours = challenger.wql;
    const std::optional<double>& theirs = champion->measures.wql;
    if (!ours || !theirs) {
        return {false, fmt::format("Nothing was sold on the held-back days: the champion {} stays.",
                                   champion->version)};
    }
    const double gain = *theirs > 0 ? 1 - *ours / *theirs : 0;
    const bool is_better = *theirs > 0 && gain >= margin;
    return {
        is_better,
        fmt::format("wQL {:.4f} against {:.4f} of the champion {}: {:.1f} % {}, at least {:.1f} "
                    "% less was asked.",
                    *ours, *theirs, champion->version, 100 * std::abs(gain),
                    gain >= 0 ? "less" : "more", 100 * margin)};
}

Result<TrainReport> train_model(const TrainPorts& ports, const TrainOptions& options,
                                const SayStep& say, const std::stop_token& stop) {
    const std::int64_t began_us = ports.clock.steady_us();
    const std::size_t horizon = options.model.horizon_days;
    SHELFCAST_ASSIGN(
        const std::int32_t cutoff,
        panel::settle_cutoff(ports.sales.warehouse, ports.clock.now_us(), options.cutoff));
    say("reading", 0, kSteps);
    SHELFCAST_ASSIGN(
        const panel::WarehousePanel sales,
        panel::read_panel(
            ports.sales,
            {.dates = {cutoff + 1 - static_cast<std::int32_t>(options.history_days), cutoff},
             .days_ahead = horizon,
             .days_held_back = horizon},
            stop));
    SHELFCAST_TRY(check_length(sales.panel, cutoff, horizon));
    say("measuring", 1, kSteps);
    SHELFCAST_ASSIGN(HeldBack held_back,
                     measure_on_held_back(ports, options, sales.panel, cutoff, stop));
    say("training", 2, kSteps);
    SHELFCAST_ASSIGN(const demand::DailyPanel known,
                     demand::as_of(sales.panel, cutoff, horizon, options.model.known));
    // What the search found without the days held back serves the model that has them.
    forecast::TrainingOptions as_found = options.model;
    as_found.shape = held_back.shape;
    SHELFCAST_ASSIGN(const auto forecaster, ports.training.train(known, as_found, stop));
    say("describing", 3, kSteps);
    TrainReport report;
    report.entry = describe(options, forecaster->report(), std::move(held_back), cutoff);
    SHELFCAST_ASSIGN(const std::vector<FeatureSample> samples,
                     ports.training.sample(sales.panel, cutoff, kSampledDays));
    for (const FeatureSample& sample : samples) {
        report.entry.features.push_back(detection::profile_of(sample.name, sample.values));
    }
    const std::string artefact = forecaster->artefact();
    report.entry.trained_at_ms = ports.clock.now_us() / 1'000;
    report.entry.training_seconds = static_cast<double>(ports.clock.steady_us() - began_us) / 1e6;
    report.entry.version = ports.registry.version_of(report.entry.trained_at_ms, artefact);
    say("registering", 4, kSteps);
    SHELFCAST_TRY(ports.registry.add(report.entry, artefact));
    failpoint::reach("train.registered");
    SHELFCAST_TRY(tell_metrics(ports.registry, ports.tables));
    failpoint::reach("train.measured");
    if (report.entry.is_better) {
        SHELFCAST_TRY(ports.registry.promote(report.entry.version, report.entry.verdict,
                                             report.entry.trained_at_ms));
        SHELFCAST_TRY(tell_metrics(ports.registry, ports.tables));
        report.is_in_use = true;
    }
    log::info("train", "trained version={} in_use={} wql={:.4f} series={} seconds={:.1f}",
              report.entry.version, report.is_in_use, report.entry.measures.wql.value_or(0),
              report.entry.series, report.entry.training_seconds);
    return report;
}

}  // namespace shelfcast::train
