#pragma once

/// \file pipelines/forecast/panel_forecaster.h
/// Trains on a daily panel and forecasts it: the one way that evaluation and prediction take.
/// Models: trees over all series together, statistical models per series, blended and
/// calibrated by rolling-origin cross-validation within the training data (docs/ML_GUIDE.md).
/// Deterministic for a seed (and the steps that a search was given time for), whatever the number
/// of threads and the order or names of series.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "demand/daily_panel.h"
#include "demand/demand_forecast.h"
#include "pipelines/forecast/tree_shape.h"
#include "ports/tree_learner.h"

namespace shelfcast::forecast {

struct TrainingOptions {
    std::size_t horizon_days = 7;  ///< 1 to 56.
    demand::ForecastTarget target = demand::ForecastTarget::kSales;
    demand::KnownAhead known{};
    TreeShape shape{};  ///< Of the trees; where a search begins.
    /// Asked before each step of the search of hyper-parameters; empty: there is no search.
    std::function<bool()> may_search{};
    std::uint32_t seed = 1;
    unsigned threads = 2;  ///< Change nothing in the result.
    /// Indexes of the series that blend and intervals are chosen for; empty: all of them.
    std::vector<std::size_t> judged;

    // What measurements leave out, to see what it is worth.
    bool stock_outs = true;  ///< Whether stock-outs are looked at.
    bool blend = true;       ///< Else the mean of the trees alone is the point forecast.
    bool calibrate = true;   ///< Else quantiles are as the trees say.
};

/// What the training found out about itself on the days that it held back.
/// How much the trees made of a feature.
struct FeatureImportance {
    std::string feature;
    double gain_share = 0;  ///< Of the loss that all splits took off; of all features together 1.
    bool operator==(const FeatureImportance&) const = default;
};

struct TrainingReport {
    TreeShape shape;  ///< As it was trained: given, or found.
    std::size_t series = 0;
    std::size_t rows = 0;
    std::int32_t data_from = 0;  ///< Days since 1970-01-01.
    std::int32_t data_to = 0;
    double wmape = 0;
    double wql = 0;
    double bias = 0;
    double coverage_80 = 0;
    double coverage_95 = 0;
    std::vector<std::string> search;  ///< What the search of hyper-parameters tried, in words.
    /// One line per fallback or choice that a person should know of.
    std::vector<std::string> remarks;
    /// The greatest first; none: there are no trees, or it was loaded (the artefact has it not).
    std::vector<FeatureImportance> importance;
};

/// Trained models. One thread at a time.
class PanelForecaster {
public:
    virtual ~PanelForecaster() = default;

    /// Forecasts every series of the panel, whose days to come are as demand::as_of leaves them.
    /// Series that training did not see are forecast too. Errors: kInvalidInput (no series, or
    /// fewer days to come than the horizon), those of the learner.
    [[nodiscard]] virtual Result<demand::DemandForecast> forecast(
        const demand::DailyPanel& as_of, const std::stop_token& stop) const = 0;

    [[nodiscard]] virtual const TrainingReport& report() const = 0;
    /// Everything that forecast() needs, as bytes with a checksum.
    [[nodiscard]] virtual std::string artefact() const = 0;
};

/// `as_of`: a panel as demand::as_of leaves it. A panel too short or too sparse for trees falls
/// back to statistical models, with a remark. Errors: kInvalidInput (options, an empty panel),
/// kUnavailable (stopped), those of the learner.
[[nodiscard]] Result<std::unique_ptr<PanelForecaster>> train(ports::TreeLearner& learner,
                                                             const demand::DailyPanel& as_of,
                                                             const TrainingOptions& options,
                                                             const std::stop_token& stop);

/// From an artefact. Error: kCorrupted (checksum, or a newer format: says which).
[[nodiscard]] Result<std::unique_ptr<PanelForecaster>> load(ports::TreeLearner& learner,
                                                            std::string_view artefact);

}  // namespace shelfcast::forecast
