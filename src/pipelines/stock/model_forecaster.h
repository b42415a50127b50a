#pragma once

/// \file pipelines/stock/model_forecaster.h
/// Demand as the trained model in use forecast it last, from the table forecasts; another
/// forecaster (sales velocity) answers where there is no fresh forecast, and says how the hours of
/// a store's day share a day's demand. Each series names its model. Forecasts are read again once
/// fifty times as long has passed as reading them took. Thread safe; one question is answered at a
/// time.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/clock.h"
#include "ports/forecaster.h"
#include "ports/operational_store.h"
#include "ports/query_runner.h"
#include "queries/demand.h"

namespace shelfcast::stock {

struct ModelForecasterPorts {
    ports::QueryRunner& warehouse;
    ports::StoreDirectory& stores;
    const ports::Clock& clock;
    ports::Forecaster& fallback;
};

class ModelForecaster final : public ports::Forecaster {
public:
    /// A forecast is fresh for so many days after the last date that it knew.
    ModelForecaster(ModelForecasterPorts ports, std::size_t fresh_days)
        : ports_(ports), fresh_days_(static_cast<std::int32_t>(fresh_days)) {}

    [[nodiscard]] Status forecast(
        std::int64_t now_us, std::size_t days,
        const std::function<void(const ports::SeriesForecast&)>& take) override;

    [[nodiscard]] Status forecast_one(
        StoreId store, std::string_view product_id, std::int64_t now_us, std::size_t days,
        const std::function<void(const ports::SeriesForecast&)>& take) override;

private:
    using Days = std::vector<queries::StoredForecast>;
    class Merge;

    // Under mutex_.
    [[nodiscard]] Status read(std::int64_t now_us);

    ModelForecasterPorts ports_;
    std::int32_t fresh_days_;
    std::mutex mutex_;
    std::optional<std::int64_t> read_again_us_;  ///< By the steady clock; nothing: not read yet.
    std::map<std::pair<StoreId, std::string>, Days, std::less<>> forecasts_;
};

}  // namespace shelfcast::stock
