#include "pipelines/models/champion.h"

#include <optional>
#include <utility>

#include "base/log.h"

namespace shelfcast::models {
namespace {

/// Trying again would not help, an older model may.
bool is_damage(const Error& error) {
    return error.kind == ErrorKind::kCorrupted || error.kind == ErrorKind::kNotFound ||
           error.kind == ErrorKind::kInvalidInput;
}

}  // namespace

Result<demand::DemandForecast> LoadedModel::forecast(const demand::DailyPanel& panel,
                                                     std::int32_t cutoff,
                                                     const std::stop_token& stop) const {
    // TrainingOptions of the model say what it may know ahead; the warehouse knows holidays.
    SHELFCAST_ASSIGN(const demand::DailyPanel known,
                     demand::as_of(panel, cutoff, entry_.horizon_days, {.holiday = true}));
    const std::scoped_lock lock(mutex_);
    return forecaster_->forecast(known, stop);
}

Result<std::shared_ptr<const LoadedModel>> Champion::load(const std::string& version) {
    if (loaded_ && loaded_->entry().version == version) {
        return loaded_;
    }
    SHELFCAST_ASSIGN(ModelEntry entry, registry_.find(version));
    SHELFCAST_ASSIGN(const std::string artefact, registry_.artefact(entry));
    auto forecaster = load_(artefact);
    if (!forecaster) {
        return forward_error(forecaster, fmt::format("model {}", version));
    }
    loaded_ = std::make_shared<const LoadedModel>(std::move(entry), std::move(*forecaster));
    return loaded_;
}

Result<std::shared_ptr<const LoadedModel>> Champion::get() {
    const std::scoped_lock lock(mutex_);
    auto promotions = registry_.promotions();
    if (!promotions) {
        if (is_damage(promotions.error()) && loaded_) {
            return loaded_;
        }
        return forward_error(promotions);
    }
    if (promotions->empty()) {
        return nullptr;
    }
    std::optional<Error> newest;
    for (std::optional<std::size_t> at = promotions->size() - 1; at;
         at = (*promotions)[*at].back_to) {
        const std::string& version = (*promotions)[*at].version;
        auto model = load(version);
        if (model || !is_damage(model.error())) {
            return model;
        }
        if (!newest) {
            newest = model.error();
            if (warned_of_ != version) {
                log::warning("models",
                             "the champion cannot be read, the one before goes on "
                             "version={} error=\"{}\"",
                             version, model.error().message);
                warned_of_ = version;
            }
        }
    }
    return tl::unexpected(Error{ErrorKind::kCorrupted, newest->message});
}

}  // namespace shelfcast::models
