#include "cli/model_parts.h"

#include "adapters/lightgbm/lightgbm_learner.h"
#include "cli/version.h"
#include "pipelines/forecast/panel_forecaster.h"
#include "pipelines/train/metric_rows.h"

namespace shelfcast::cli {

ModelParts::ModelParts(ModelPartsPorts ports)
    : ports_(ports),
      registry_(ports.files, ports.digest),
      champion_(
          registry_,
          [this](std::string_view artefact) -> Result<std::unique_ptr<forecast::PanelForecaster>> {
              SHELFCAST_ASSIGN(ports::TreeLearner* const trees, learner());
              return forecast::load(*trees, artefact);
          }),
      velocity_(ports.warehouse, ports.stores, ports.clock),
      stored_({ports.warehouse, ports.stores, ports.clock, velocity_},
              ports.config.models_fresh_days),
      asked_({sales(), champion_, ports.clock, stored_},
             {.history_days = ports.config.models_history_days,
              .fresh_days = ports.config.models_fresh_days}) {}

Result<ports::TreeLearner*> ModelParts::learner() {
    const std::scoped_lock lock(learner_mutex_);
    if (!learner_) {
        SHELFCAST_ASSIGN(learner_,
                         adapters::LightGbmLearner::open(ports_.config.lightgbm_library.string()));
    }
    return learner_.get();
}

Result<train::TrainReport> ModelParts::train(const TrainWish& wish, const train::SayStep& say,
                                             const std::stop_token& stop) {
    const std::unique_lock lock(training_mutex_, std::try_to_lock);
    if (!lock.owns_lock()) {
        return fail(ErrorKind::kBusy, "a model is being trained already");
    }
    SHELFCAST_ASSIGN(ports::TreeLearner* const trees, learner());
    const config::Config& config = ports_.config;
    train::TrainOptions options;
    options.model.horizon_days = wish.horizon_days.value_or(config.models_horizon_days);
    options.search_seconds = wish.search_seconds.value_or(config.models_search_seconds);
    options.model.seed = wish.seed.value_or(config.models_seed);
    options.model.target = demand::ForecastTarget::kDemand;
    options.model.known = panel::known_ahead();
    options.cutoff = wish.cutoff;
    options.history_days = config.models_history_days;
    options.margin = config.models_margin_percent / 100.0;
    options.code_version = kVersion;
    const auto train = [trees](const demand::DailyPanel& as_of,
                               const forecast::TrainingOptions& with,
                               const std::stop_token& until) {
        return forecast::train(*trees, as_of, with, until);
    };
    return train::train_model({sales(),
                               ports_.warehouse,
                               registry_,
                               champion_,
                               ports_.clock,
                               {train, train::sample_features}},
                              options, say, stop);
}

Result<predict::BatchPredictionReport> ModelParts::predict(std::optional<std::int32_t> cutoff,
                                                           std::optional<std::size_t> horizon_days,
                                                           const std::stop_token& stop) {
    return predict::predict_all({sales(), ports_.warehouse, champion_, ports_.clock},
                                {.cutoff = cutoff,
                                 .horizon_days = horizon_days,
                                 .history_days = ports_.config.models_history_days,
                                 .seed = ports_.config.models_seed},
                                stop);
}

Result<train::FeatureReport> ModelParts::write_features(std::optional<std::int32_t> cutoff,
                                                        const std::stop_token& stop) {
    return train::write_features(
        {sales(), ports_.warehouse, ports_.clock},
        {.cutoff = cutoff, .history_days = ports_.config.models_history_days}, stop);
}

Result<train::DriftReport> ModelParts::check_drift(const std::stop_token& stop) {
    return train::check_drift(
        {sales(), ports_.warehouse, champion_, ports_.clock, train::sample_features},
        {.history_days = ports_.config.models_history_days}, stop);
}

Status ModelParts::promote(std::string_view version, std::string_view why) {
    SHELFCAST_TRY(registry_.promote(version, why, ports_.clock.now_us() / 1'000));
    return train::tell_metrics(registry_, ports_.warehouse);
}

Result<models::Promotion> ModelParts::roll_back(std::string_view why) {
    SHELFCAST_ASSIGN(models::Promotion in_use,
                     registry_.roll_back(why, ports_.clock.now_us() / 1'000));
    SHELFCAST_TRY(train::tell_metrics(registry_, ports_.warehouse));
    return in_use;
}

}  // namespace shelfcast::cli
