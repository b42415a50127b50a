#pragma once

/// \file pipelines/stock/velocity_forecaster.h
/// Demand from sales velocity: each product goes on to sell as on the store's open days of the last
/// four weeks, spread over the week and the day as the store's sales are. Past sales are read again
/// once an hour. One caller at a time.

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "demand/store_shape.h"
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
    VelocityForecaster(ports::QueryRunner& warehouse, ports::StoreDirectory& stores)
        : warehouse_(warehouse), stores_(stores) {}

    [[nodiscard]] Status forecast(
        std::int64_t now_us, std::size_t days,
        const std::function<void(const ports::SeriesForecast&)>& take) override;

private:
    [[nodiscard]] Status read_past(std::int64_t now_us);

    ports::QueryRunner& warehouse_;
    ports::StoreDirectory& stores_;
    std::int64_t read_at_us_ = 0;  ///< 0: never.
    std::vector<queries::Velocity> past_;
    std::map<StoreId, demand::StoreShape> shapes_;
};

}  // namespace shelfcast::stock
