#pragma once

/// \file ports/forecaster.h
/// What each store will be asked for of each product in the coming days. Implemented from sales
/// velocity and from the forecasts of a trained model (`pipelines/stock`), and by asking that model
/// (`pipelines/predict`). Thread safe.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace shelfcast::ports {

/// Units wanted on one day.
struct DayDemand {
    double mean = 0;
    double variance = 0;
    /// The 10 %, 50 % and 90 % quantiles where the model says them; nothing: mean and variance do.
    std::optional<std::array<double, 3>> quantiles{};
};

/// What a forecast comes from when no trained model has one: the sales of the last four weeks.
inline constexpr std::string_view kVelocityModel = "velocity";

struct SeriesForecast {
    StoreId store;
    std::string_view product_id;
    double units_per_day = 0;     ///< On an average open day with stock.
    std::int32_t first_date = 0;  ///< The store's date now, days since 1970-01-01.
    /// From then on; of the first day only what is left of it.
    std::span<const DayDemand> days;
    /// Relative variance of the level that all those days share, for it is estimated.
    double level_error = 0;
    std::string_view model = kVelocityModel;  ///< Or the version of a trained model.
    /// How a day's demand spreads over the hours of the store's clock: 24 shares, 1 in all.
    std::span<const double> share_of_hour;
};

class Forecaster {
public:
    virtual ~Forecaster() = default;

    /// Calls `take` for each store and product that is known to sell, in the order of store and
    /// product, with a forecast over so many days; views live until it returns. Errors: those of
    /// the warehouse and of the store directory.
    [[nodiscard]] virtual Status forecast(
        std::int64_t now_us, std::size_t days,
        const std::function<void(const SeriesForecast&)>& take) = 0;

    /// The same for one store and product: calls `take` once, or never when it is not known to
    /// sell.
    [[nodiscard]] virtual Status forecast_one(
        StoreId store, std::string_view product_id, std::int64_t now_us, std::size_t days,
        const std::function<void(const SeriesForecast&)>& take) = 0;
};

}  // namespace shelfcast::ports
