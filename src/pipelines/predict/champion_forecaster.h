#pragma once

/// \file pipelines/predict/champion_forecaster.h
/// Demand of one product in one store, asked of the model in use: the sales of the chain are read
/// (a model looks at other stores too) and all of its series forecast, and kept for the next
/// requests until there is a later day, another model or ten minutes have passed. Where there is no
/// model, it knows nothing of the product, or the chain is too large for a request to wait for,
/// another forecaster answers (that of the daily forecasts); so it does for questions about every
/// series. Thread safe; one question is answered at a time.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "demand/demand_forecast.h"
#include "pipelines/models/champion.h"
#include "pipelines/panel/warehouse_panel.h"
#include "ports/clock.h"
#include "ports/forecaster.h"

namespace shelfcast::predict {

struct ChampionForecasterPorts {
    panel::PanelPorts sales;
    models::Champion& champion;
    const ports::Clock& clock;
    ports::Forecaster& fallback;
};

struct ChampionForecasterOptions {
    std::size_t history_days = 730;
    std::size_t sold_within_days = 91;  ///< What did not sell for longer is not forecast.
    /// A model is not asked when the newest sales are older than so many days: it would say nothing
    /// of today.
    std::size_t fresh_days = 3;
    /// Sums of one product, store and day that a request may wait for.
    std::uint64_t most_entries = 3'000'000;
};

class ChampionForecaster final : public ports::Forecaster {
public:
    ChampionForecaster(ChampionForecasterPorts ports, ChampionForecasterOptions options)
        : ports_(ports), options_(options) {}

    [[nodiscard]] Status forecast(
        std::int64_t now_us, std::size_t days,
        const std::function<void(const ports::SeriesForecast&)>& take) override {
        return ports_.fallback.forecast(now_us, days, take);
    }

    [[nodiscard]] Status forecast_one(
        StoreId store, std::string_view product_id, std::int64_t now_us, std::size_t days,
        const std::function<void(const ports::SeriesForecast&)>& take) override;

private:
    /// What the model says of the chain.
    struct Scored {
        std::string model_version;
        std::int64_t read_at_us = 0;  ///< By the steady clock.
        panel::WarehousePanel sales;
        demand::DemandForecast forecast;
    };
    struct Otherwise;

    /// Under mutex_. Null: the fallback is to answer.
    [[nodiscard]] Result<const Scored*> score(std::int64_t now_us);
    [[nodiscard]] Result<Scored> score_chain(const models::LoadedModel& model, std::int32_t cutoff);
    [[nodiscard]] static bool tell(const Scored& scored, const Otherwise& otherwise,
                                   std::size_t days,
                                   const std::function<void(const ports::SeriesForecast&)>& take);

    ChampionForecasterPorts ports_;
    ChampionForecasterOptions options_;
    std::mutex mutex_;
    std::optional<Scored> scored_;
};

}  // namespace shelfcast::predict
