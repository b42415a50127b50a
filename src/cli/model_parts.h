#pragma once

/// \file cli/model_parts.h
/// What trains, keeps and asks forecasting models, wired for one running program. Thread safe; one
/// training at a time.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "adapters/clickhouse/clickhouse_warehouse.h"
#include "base/result.h"
#include "config/config.h"
#include "pipelines/models/champion.h"
#include "pipelines/models/model_registry.h"
#include "pipelines/predict/batch_prediction.h"
#include "pipelines/predict/champion_forecaster.h"
#include "pipelines/stock/model_forecaster.h"
#include "pipelines/stock/velocity_forecaster.h"
#include "pipelines/train/feature_rows.h"
#include "pipelines/train/model_drift.h"
#include "pipelines/train/train.h"
#include "ports/clock.h"
#include "ports/digest.h"
#include "ports/file_system.h"
#include "ports/operational_store.h"
#include "ports/tree_learner.h"

namespace shelfcast::cli {

struct ModelPartsPorts {
    const config::Config& config;
    adapters::clickhouse::ClickHouseWarehouse& warehouse;
    ports::StoreDirectory& stores;
    ports::StoreDayBook& store_days;
    ports::FileSystem& files;  ///< The lake's.
    const ports::Digest& digest;
    const ports::Clock& clock;
};

/// What is asked otherwise than the configuration says.
struct TrainWish {
    std::optional<std::uint32_t> horizon_days{};
    std::optional<std::uint32_t> search_seconds{};
    std::optional<std::uint32_t> seed{};
    std::optional<std::int32_t> cutoff{};
};

class ModelParts {
public:
    explicit ModelParts(ModelPartsPorts ports);

    /// Of every series: the newest forecasts of the model in use, velocity where there are none.
    [[nodiscard]] ports::Forecaster& stored() noexcept { return stored_; }
    /// Of one series: the model in use is asked, the same as above otherwise.
    [[nodiscard]] ports::Forecaster& asked() noexcept { return asked_; }
    [[nodiscard]] models::ModelRegistry& registry() noexcept { return registry_; }

    /// Error: kBusy while another training goes on.
    [[nodiscard]] Result<train::TrainReport> train(const TrainWish& wish, const train::SayStep& say,
                                                   const std::stop_token& stop);
    [[nodiscard]] Result<predict::BatchPredictionReport> predict(
        std::optional<std::int32_t> cutoff, std::optional<std::size_t> horizon_days,
        const std::stop_token& stop);
    [[nodiscard]] Result<train::FeatureReport> write_features(std::optional<std::int32_t> cutoff,
                                                              const std::stop_token& stop);
    [[nodiscard]] Result<train::DriftReport> check_drift(const std::stop_token& stop);
    /// `why` is kept with the promotion.
    [[nodiscard]] Status promote(std::string_view version, std::string_view why = "by hand");
    [[nodiscard]] Result<models::Promotion> roll_back(std::string_view why = "rolled back by hand");

private:
    /// Loaded when it is first needed. Error: kUnavailable (names the library).
    [[nodiscard]] Result<ports::TreeLearner*> learner();
    [[nodiscard]] panel::PanelPorts sales() {
        return {ports_.warehouse, ports_.stores, &ports_.store_days};
    }

    ModelPartsPorts ports_;
    std::mutex learner_mutex_;
    std::unique_ptr<ports::TreeLearner> learner_;
    models::ModelRegistry registry_;
    models::Champion champion_;
    stock::VelocityForecaster velocity_;
    stock::ModelForecaster stored_;
    predict::ChampionForecaster asked_;
    std::mutex training_mutex_;
};

}  // namespace shelfcast::cli
