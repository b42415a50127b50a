#pragma once

/// \file pipelines/train/train.h
/// Trains a model on the sales of the warehouse and puts it in use if it is better.
///
/// The last days are held back: a model trained without them is measured on them, beside the model
/// in use; then one trained the same way on all days enters the registry. After a crash anywhere
/// the champion is one that was, and training again makes the same model.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "demand/daily_panel.h"
#include "pipelines/forecast/panel_forecaster.h"
#include "pipelines/models/champion.h"
#include "pipelines/models/model_registry.h"
#include "pipelines/panel/warehouse_panel.h"
#include "ports/clock.h"
#include "ports/derived_tables.h"

namespace shelfcast::train {

/// Values of one feature.
struct FeatureSample {
    std::string name;
    std::vector<float> values;
};

/// What features say of the last so many days up to a date, of some or all series. In production
/// demand's features.
using SampleFeatures = std::function<Result<std::vector<FeatureSample>>(
    const demand::DailyPanel& panel, std::int32_t cutoff, std::size_t days)>;
/// So many days of features are compared with as many of the training.
inline constexpr std::size_t kSampledDays = 28;

/// In production forecast::train with its learner, and demand's features.
struct Training {
    std::function<Result<std::unique_ptr<forecast::PanelForecaster>>(
        const demand::DailyPanel& as_of, const forecast::TrainingOptions& options,
        const std::stop_token& stop)>
        train;
    SampleFeatures sample;
};

struct TrainPorts {
    panel::PanelPorts sales;
    ports::DerivedTables& tables;
    models::ModelRegistry& registry;
    models::Champion& champion;
    const ports::Clock& clock;
    Training training;
};

struct TrainOptions {
    forecast::TrainingOptions model;
    double search_seconds = 0;             ///< For hyper-parameters; 0: the given ones.
    std::optional<std::int32_t> cutoff{};  ///< Last business date; nothing: the newest.
    std::size_t history_days = 730;
    /// In use only if its weighted quantile loss is less than the champion's by this share.
    double margin = 0.01;
    std::string code_version{};
};

struct TrainReport {
    models::ModelEntry entry;
    bool is_in_use = false;
};

/// Says which of the steps begins.
using SayStep = std::function<void(std::string_view step, std::size_t done, std::size_t steps)>;

/// Errors: kInvalidInput (no sales, or fewer days than it takes: says how many), those of the
/// ports, of the training and of the files; kUnavailable when stopped.
[[nodiscard]] Result<TrainReport> train_model(const TrainPorts& ports, const TrainOptions& options,
                                              const SayStep& say, const std::stop_token& stop);

/// Whether a model is better than the champion by the margin, in a sentence.
struct Verdict {
    bool is_better = false;
    std::string text;
};
[[nodiscard]] Verdict compare(const demand::AccuracyMeasures& challenger,
                              const std::optional<models::Comparison>& champion, double margin);

}  // namespace shelfcast::train
