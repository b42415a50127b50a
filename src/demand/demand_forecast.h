#pragma once

/// \file demand/demand_forecast.h
/// What is forecast for many series: for each day to come a mean and quantiles. Plain values.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shelfcast::demand {

/// Probabilities that a forecast's quantiles are of; ascending.
inline constexpr std::array<double, 15> kQuantileLevels = {
    0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99};

/// What the numbers are of.
enum class ForecastTarget : std::uint8_t {
    kSales,   ///< What tills will record: stock-outs as usual.
    kDemand,  ///< What would be sold with stock at every hour.
};

/// Forecasts of the series of one panel, in its order. Of series s and day d (0: the day after the
/// cut-off): index s * horizon_days + d.
struct DemandForecast {
    std::int32_t cutoff = 0;  ///< Last date known, days since 1970-01-01.
    std::size_t horizon_days = 0;
    ForecastTarget target = ForecastTarget::kSales;
    std::vector<float> mean;  ///< Units, 0 or more.
    /// The number that errors are measured of, between mean and median (docs/ML_GUIDE.md); units,
    /// 0 or more. What is added up or stocked by is the mean.
    std::vector<float> point;
    std::vector<float> quantiles;  ///< kQuantileLevels.size() per day, ascending, 0 or more.

    [[nodiscard]] std::span<const float> means_of(std::size_t series) const {
        return std::span(mean).subspan(series * horizon_days, horizon_days);
    }
    [[nodiscard]] std::span<const float> points_of(std::size_t series) const {
        return std::span(point).subspan(series * horizon_days, horizon_days);
    }
    [[nodiscard]] std::span<const float> quantiles_of(std::size_t series, std::size_t day) const {
        return std::span(quantiles).subspan((series * horizon_days + day) * kQuantileLevels.size(),
                                            kQuantileLevels.size());
    }
};

}  // namespace shelfcast::demand
