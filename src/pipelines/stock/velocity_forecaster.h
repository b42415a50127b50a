#pragma once

/// \file pipelines/stock/velocity_forecaster.h
/// Demand from sales velocity: each product goes on to sell as on the store's open days of the last
/// four weeks, spread over the week and the day as the store's sales are. Past sales are read again
/// once fifty times as long has passed as reading them took. Thread safe; one question is answered
/// at a time.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "demand/store_shape.h"
#include "ports/clock.h"
#include "ports/forecaster.h"
#include "ports/operational_store.h"
#include "ports/query_runner.h"
#include "queries/demand.h"

namespace shelfcast::stock {

/// What one open day sells.
struct DailySales {
    double mean = 0;
    double variance = 0;
    double level_error = 0;  ///< Relative variance of the mean.
};

/// Mean and variance per open day with stock. Of fewer than three days the variance is taken to be
/// that of chance alone.
[[nodiscard]] DailySales daily_sales_of(const queries::Velocity& past);

class VelocityForecaster final : public ports::Forecaster {
public:
    VelocityForecaster(ports::QueryRunner& warehouse, ports::StoreDirectory& stores,
                       const ports::Clock& clock)
        : warehouse_(warehouse), stores_(stores), clock_(clock) {}

    [[nodiscard]] Status forecast(
        std::int64_t now_us, std::size_t days,
        const std::function<void(const ports::SeriesForecast&)>& take) override;

    [[nodiscard]] Status forecast_one(
        StoreId store, std::string_view product_id, std::int64_t now_us, std::size_t days,
        const std::function<void(const ports::SeriesForecast&)>& take) override;

private:
    // Under mutex_.
    [[nodiscard]] Status read_past(std::int64_t now_us);
    [[nodiscard]] Status forecast_all(
        std::span<const queries::Velocity> past, std::int64_t now_us, std::size_t days,
        const std::function<void(const ports::SeriesForecast&)>& take);

    ports::QueryRunner& warehouse_;
    ports::StoreDirectory& stores_;
    const ports::Clock& clock_;
    std::mutex mutex_;
    std::optional<std::int64_t> read_again_us_;  ///< By the steady clock; nothing: not read yet.
    std::vector<queries::Velocity> past_;        ///< By store and product.
    std::map<StoreId, demand::StoreShape> shapes_;
};

}  // namespace shelfcast::stock
