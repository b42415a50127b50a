#pragma once

/// \file pipelines/models/champion.h
/// The model in use, loaded once and again when another one was promoted. A champion that cannot be
/// read gives way to the one before it, with a warning. Thread safe.

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "demand/daily_panel.h"
#include "demand/demand_forecast.h"
#include "pipelines/forecast/panel_forecaster.h"
#include "pipelines/models/model_registry.h"

namespace shelfcast::models {

/// In production forecast::load with its learner.
using LoadForecaster =
    std::function<Result<std::unique_ptr<forecast::PanelForecaster>>(std::string_view artefact)>;

/// A model that can forecast. Thread safe: one forecast at a time.
class LoadedModel {
public:
    LoadedModel(ModelEntry entry, std::unique_ptr<forecast::PanelForecaster> forecaster)
        : entry_(std::move(entry)), forecaster_(std::move(forecaster)) {}

    [[nodiscard]] const ModelEntry& entry() const noexcept { return entry_; }
    /// Of all that was known at the end of that date, over the model's horizon. Errors: those of
    /// demand::as_of and of the forecaster.
    [[nodiscard]] Result<demand::DemandForecast> forecast(const demand::DailyPanel& panel,
                                                          std::int32_t cutoff,
                                                          const std::stop_token& stop) const;

private:
    ModelEntry entry_;
    std::unique_ptr<forecast::PanelForecaster> forecaster_;
    mutable std::mutex mutex_;
};

class Champion {
public:
    Champion(ModelRegistry& registry, LoadForecaster load)
        : registry_(registry), load_(std::move(load)) {}

    /// Shared by whoever still forecasts with it while another one takes its place; null: no model
    /// is in use. Errors: kCorrupted (of the newest, when none before it can be read either), those
    /// of the files.
    [[nodiscard]] Result<std::shared_ptr<const LoadedModel>> get();

private:
    [[nodiscard]] Result<std::shared_ptr<const LoadedModel>> load(const std::string& version);

    ModelRegistry& registry_;
    LoadForecaster load_;
    std::mutex mutex_;
    std::shared_ptr<const LoadedModel> loaded_;
    std::string warned_of_;  ///< The damaged version that was last told of.
};

}  // namespace shelfcast::models
