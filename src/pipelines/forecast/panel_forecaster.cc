#include "pipelines/forecast/panel_forecaster.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <utility>

#include "demand/censoring.h"
#include "demand/chain_drift.h"
#include "demand/count_demand.h"
#include "demand/feature_rows.h"
#include "demand/quantile_grid.h"
#include "pipelines/forecast/forecaster_artefact.h"
#include "pipelines/forecast/hold_out.h"
#include "pipelines/forecast/shape_search.h"
#include "pipelines/forecast/tree_heads.h"

namespace shelfcast::forecast {
namespace {

using demand::AheadRows;
using demand::DailyPanel;
using demand::DemandForecast;
using demand::FeatureRows;
using demand::kHeadLevels;
using demand::kQuantileLevels;

constexpr std::size_t kMostHorizonDays = 56;
constexpr std::size_t kTrainingRows = 60'000;
constexpr std::size_t kHoldOutRows = 40'000;
constexpr std::size_t kLeastJudged = 200;
constexpr std::size_t kMostJudged = 2'000;
constexpr std::size_t kSeriesPerChunk = 1'024;

/// The last day known of a panel with so many days to come; nothing when series differ in it.
std::optional<std::int32_t> cutoff_of(const DailyPanel& as_of, std::size_t horizon_days) {
    std::optional<std::int32_t> out;
    for (const demand::PanelSeries& series : as_of.series) {
        const std::int32_t cutoff =
            as_of.last_date(series) - static_cast<std::int32_t>(horizon_days);
        if (series.days <= horizon_days || out.value_or(cutoff) != cutoff) {
            return std::nullopt;
        }
        out = cutoff;
    }
    return out;
}

Result<std::int32_t> check_panel(const DailyPanel& as_of, std::size_t horizon_days) {
    if (horizon_days < 1 || horizon_days > kMostHorizonDays) {
        return fail(ErrorKind::kInvalidInput, "horizon of {} days: 1 to {} can be forecast",
                    horizon_days, kMostHorizonDays);
    }
    if (as_of.series.empty()) {
        return fail(ErrorKind::kInvalidInput, "the panel has no series");
    }
    const auto cutoff = cutoff_of(as_of, horizon_days);
    if (!cutoff) {
        return fail(ErrorKind::kInvalidInput,
                    "not every series of the panel has {} days to come behind the same date",
                    horizon_days);
    }
    return *cutoff;
}

class TrainedForecaster final : public PanelForecaster {
public:
    TrainedForecaster(ForecasterState state, std::optional<TreeHeads> heads)
        : state_(std::move(state)), heads_(std::move(heads)) {}

    [[nodiscard]] Result<DemandForecast> forecast(const DailyPanel& as_of,
                                                  const std::stop_token& stop) const override {
        SHELFCAST_ASSIGN(const std::int32_t cutoff, check_panel(as_of, state_.horizon_days));
        if (state_.target == demand::ForecastTarget::kDemand) {
            const DailyPanel wanted = demand::estimate_demand(as_of).panel;
            return forecast_known(wanted, cutoff, stop);
        }
        return forecast_known(as_of, cutoff, stop);
    }

    [[nodiscard]] const TrainingReport& report() const override { return state_.report; }
    [[nodiscard]] std::string artefact() const override { return write_artefact(state_); }

private:
    [[nodiscard]] Result<DemandForecast> forecast_known(const DailyPanel& as_of,
                                                        std::int32_t cutoff,
                                                        const std::stop_token& stop) const {
        DemandForecast out;
        out.cutoff = cutoff;
        out.horizon_days = state_.horizon_days;
        out.target = state_.target;
        out.mean.resize(as_of.series.size() * out.horizon_days);
        out.point.resize(out.mean.size());
        out.quantiles.resize(out.mean.size() * kQuantileLevels.size());
        FeatureRows rows(as_of, state_.horizon_days, state_.features);
        std::vector<std::size_t> places(as_of.series.size());
        std::iota(places.begin(), places.end(), std::size_t{0});
        for (std::size_t first = 0; first < places.size(); first += kSeriesPerChunk) {
            if (stop.stop_requested()) {
                return fail(ErrorKind::kUnavailable, "forecast stopped");
            }
            const auto chunk =
                std::span(places).subspan(first, std::min(kSeriesPerChunk, places.size() - first));
            SHELFCAST_TRY(forecast_chunk(rows, chunk, out));
        }
        return out;
    }

    Status forecast_chunk(FeatureRows& rows, std::span<const std::size_t> places,
                          DemandForecast& out) const {
        std::vector<float> features;
        std::vector<double> levels;
        std::vector<double> density;
        std::array<std::vector<double>, demand::kSeriesModels> models;
        rows.rows_ahead(places, rows.cutoff_day(), out.horizon_days, [&](const AheadRows& ahead) {
            features.insert(features.end(), ahead.features.begin(), ahead.features.end());
            levels.insert(levels.end(), out.horizon_days, ahead.level);
            density.insert(density.end(), out.horizon_days, ahead.density);
            for (std::size_t model = 0; model < models.size(); ++model) {
                const auto means =
                    ahead.model_means.subspan(model * out.horizon_days, out.horizon_days);
                models[model].insert(models[model].end(), means.begin(), means.end());
            }
        });
        demand::HeadForecasts heads;
        if (heads_) {
            SHELFCAST_TRY(heads_->predict({features, features.size() / levels.size()}, levels,
                                          state_.threads, heads));
        } else {
            heads.resize(levels.size());
        }
        heads.density = std::move(density);
        heads.models = std::move(models);
        scale(heads, demand::chain_drift(rows.total_units(), out.horizon_days));
        demand::HeadForecasts calibrated;
        if (heads_) {
            calibrated = heads;
            demand::calibrate(state_.calibration, calibrated);
        }
        for (std::size_t i = 0; i < places.size(); ++i) {
            for (std::size_t day = 0; day < out.horizon_days; ++day) {
                const std::size_t from = i * out.horizon_days + day;
                const std::size_t to = rows.order().series[places[i]] * out.horizon_days + day;
                if (heads_) {
                    put_trees(heads, calibrated, from, to, out);
                } else {
                    put_statistical(heads.models.front()[from], to, out);
                }
            }
        }
        return {};
    }

    static void scale(demand::HeadForecasts& heads, double factor) {
        const auto apply = [factor](std::vector<double>& values) {
            for (double& value : values) {
                value *= factor;
            }
        };
        apply(heads.mean);
        std::ranges::for_each(heads.models, apply);
        std::ranges::for_each(heads.quantiles, apply);
    }

    void put_trees(const demand::HeadForecasts& heads, const demand::HeadForecasts& calibrated,
                   std::size_t from, std::size_t to, DemandForecast& out) const {
        out.mean[to] = static_cast<float>(demand::blended_mean(state_.blend, heads, from));
        out.point[to] = static_cast<float>(demand::blended_point(state_.blend, heads, from));
        std::array<double, kHeadLevels.size()> quantiles{};
        for (std::size_t head = 0; head < quantiles.size(); ++head) {
            quantiles[head] = calibrated.quantiles[head][from];
        }
        demand::fill_quantiles(
            quantiles,
            std::span(out.quantiles).subspan(to * kQuantileLevels.size(), kQuantileLevels.size()));
    }

    /// Without trees nothing is known of the spread: that of counts that vary as their mean does.
    static void put_statistical(double mean, std::size_t to, DemandForecast& out) {
        out.mean[to] = static_cast<float>(mean);
        out.point[to] = static_cast<float>(mean);
        for (std::size_t level = 0; level < kQuantileLevels.size(); ++level) {
            const double value =
                mean > 0 ? demand::quantile(kQuantileLevels[level],
                                            {.mean = mean, .variance = mean * (1 + mean)})
                         : 0;
            out.quantiles[to * kQuantileLevels.size() + level] = static_cast<float>(value);
        }
    }

    ForecasterState state_;
    std::optional<TreeHeads> heads_;
};

/// The places that blend and intervals are judged by: the ones asked for, with the strongest if
/// those are few; some of every size where nobody asked.
std::vector<std::size_t> judged_places(FeatureRows& rows, std::span<const std::size_t> judged) {
    const std::vector<std::size_t>& order = rows.order().series;
    std::vector<std::size_t> out;
    if (judged.empty()) {
        const std::size_t step = std::max<std::size_t>(1, order.size() / kMostJudged);
        for (std::size_t place = 0; place < order.size(); place += step) {
            out.push_back(place);
        }
        return out;
    }
    std::vector<bool> is_asked(order.size());
    for (const std::size_t i : judged) {
        is_asked[i] = true;
    }
    if (judged.size() < kLeastJudged) {
        const std::vector<double> levels = rows.levels(rows.cutoff_day());
        std::vector<std::size_t> by_level(order.size());
        std::iota(by_level.begin(), by_level.end(), std::size_t{0});
        std::ranges::stable_sort(by_level, std::greater{},
                                 [&](std::size_t place) { return levels[place]; });
        by_level.resize(std::min(by_level.size(), kLeastJudged));
        for (const std::size_t place : by_level) {
            is_asked[order[place]] = true;
        }
    }
    for (std::size_t place = 0; place < order.size(); ++place) {
        if (is_asked[order[place]]) {
            out.push_back(place);
        }
    }
    return out;
}

/// What the forecasts of the days held back came to, as blended and calibrated.
void judge(demand::HeldBack held_back, const ForecasterState& state, TrainingReport& report) {
    double sold = 0;
    double absolute = 0;
    double sum = 0;
    for (std::size_t day = 0; day < held_back.units.size(); ++day) {
        const double error =
            demand::blended_point(state.blend, held_back.forecasts, day) - held_back.units[day];
        sold += held_back.units[day];
        absolute += std::abs(error);
        sum += error;
    }
    demand::calibrate(state.calibration, held_back.forecasts);
    constexpr std::array<std::size_t, 4> kOuterHeads = {0, 1, 5, 6};
    double loss = 0;
    for (const std::size_t head : kOuterHeads) {
        for (std::size_t day = 0; day < held_back.units.size(); ++day) {
            loss += demand::pinball_loss(
                held_back.units[day], held_back.forecasts.quantiles[head][day], kHeadLevels[head]);
        }
    }
    if (sold > 0) {
        report.wmape = absolute / sold;
        report.bias = sum / sold;
        report.wql = 2 * loss / sold / kOuterHeads.size();
    }
    report.coverage_80 = demand::covered_share(held_back, 1, 5);
    report.coverage_95 = demand::covered_share(held_back, 0, 6);
}

/// Which model of a series alone each segment took, in words.
void say_blend(ForecasterState& state) {
    constexpr std::array<std::string_view, demand::kSegments> kNames = {"daily sales",
                                                                        "rare sales"};
    for (std::size_t i = 0; i < demand::kSegments; ++i) {
        const demand::SegmentBlend& segment = state.blend.segments[i];
        state.report.remarks.push_back(fmt::format("{}: {:.0f} % {}, the rest trees", kNames[i],
                                                   100 * segment.model_weight,
                                                   demand::name_of(segment.model)));
    }
}

std::vector<FeatureImportance> importance_of(const TreeHeads& heads,
                                             const std::vector<std::string>& names) {
    const std::vector<double> shares = heads.gain_shares();
    std::vector<FeatureImportance> found;
    for (std::size_t column = 0; column < std::min(names.size(), shares.size()); ++column) {
        found.push_back({names[column], shares[column]});
    }
    std::ranges::stable_sort(found, std::ranges::greater(), &FeatureImportance::gain_share);
    return found;
}

Result<std::unique_ptr<PanelForecaster>> train_known(ports::TreeLearner& learner,
                                                     const DailyPanel& as_of, std::int32_t cutoff,
                                                     const TrainingOptions& options,
                                                     const std::stop_token& stop) {
    ForecasterState state;
    state.horizon_days = options.horizon_days;
    state.target = options.target;
    state.threads = options.threads;
    state.features = {.known = options.known,
                      .stock_outs = options.stock_outs && as_of.has_stock_outs};
    state.report.series = as_of.series.size();
    FeatureRows rows(as_of, options.horizon_days, state.features);
    state.report.data_from = rows.order().first_date;
    state.report.data_to = cutoff;

    const std::vector<std::string> names = demand::model_feature_names(state.features);
    const auto trainer_of = [&](const TreeShape& shape) -> HeadTrainer {
        return [&, shape](const demand::TrainingRows& training, const std::stop_token& stopped) {
            return TreeHeads::train(learner, training, names, shape, options.seed, options.threads,
                                    stopped);
        };
    };
    const std::vector<std::size_t> places = judged_places(rows, options.judged);
    SHELFCAST_ASSIGN(FoundShape found, find_shape(
                                           options.shape,
                                           [&](const TreeShape& shape) {
                                               return hold_out(
                                                   rows, places, trainer_of(shape),
                                                   {.horizon_days = options.horizon_days,
                                                    .most_rows = kHoldOutRows,
                                                    .seed = options.seed,
                                                    .threads = options.threads},
                                                   stop);
                                           },
                                           options.may_search));
    state.report.shape = found.shape;
    state.report.search = std::move(found.remarks);
    if (found.held_back.units.empty()) {
        state.report.remarks.emplace_back(
            "too few days to hold some back: blend and intervals are the defaults");
    } else {
        state.blend = demand::choose_point_blend(found.held_back, options.blend);
        if (options.calibrate) {
            state.calibration = demand::choose_calibration(found.held_back);
        }
        judge(std::move(found.held_back), state, state.report);
        say_blend(state);
    }
    const demand::TrainingRows training = rows.training_rows({.last_day = rows.cutoff_day(),
                                                              .horizon_days = options.horizon_days,
                                                              .most_rows = kTrainingRows,
                                                              .seed = options.seed});
    state.report.rows = training.rows();
    if (training.rows() == 0) {
        state.report.remarks.emplace_back(
            "nothing to train trees on (no series has sales and a week of days): smoothed level "
            "and weekdays alone");
        return std::make_unique<TrainedForecaster>(std::move(state), std::nullopt);
    }
    SHELFCAST_ASSIGN(TreeHeads heads, trainer_of(found.shape)(training, stop));
    state.mean_scale = heads.mean_scale();
    state.head_texts = heads.texts();
    state.report.importance = importance_of(heads, names);
    return std::make_unique<TrainedForecaster>(std::move(state), std::move(heads));
}

}  // namespace

Result<std::unique_ptr<PanelForecaster>> train(ports::TreeLearner& learner, const DailyPanel& as_of,
                                               const TrainingOptions& options,
                                               const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::int32_t cutoff, check_panel(as_of, options.horizon_days));
    for (const std::size_t judged : options.judged) {
        if (judged >= as_of.series.size()) {
            return fail(ErrorKind::kInvalidInput, "series {} to judge by: the panel has {}", judged,
                        as_of.series.size());
        }
    }
    if (options.target == demand::ForecastTarget::kDemand && as_of.has_stock_outs) {
        const demand::DemandEstimate wanted = demand::estimate_demand(as_of);
        return train_known(learner, wanted.panel, cutoff, options, stop);
    }
    return train_known(learner, as_of, cutoff, options, stop);
}

Result<std::unique_ptr<PanelForecaster>> load(ports::TreeLearner& learner,
                                              std::string_view artefact) {
    SHELFCAST_ASSIGN(ForecasterState state, read_artefact(artefact));
    std::optional<TreeHeads> heads;
    if (!state.head_texts.empty()) {
        SHELFCAST_ASSIGN(heads, TreeHeads::load(learner, state.mean_scale, state.head_texts));
    }
    return std::make_unique<TrainedForecaster>(std::move(state), std::move(heads));
}

}  // namespace shelfcast::forecast
