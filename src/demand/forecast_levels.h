#pragma once

/// \file demand/forecast_levels.h
/// Forecasts of sums of series: stores, categories, regions, the whole chain. Plain values.
///
/// Means are sums of the series' means. Quantiles are those of joint samples: each sample gives
/// every series a value from its own quantiles, and the sums of a sample add up. The series move
/// together by a Gaussian copula with one factor of the day for the chain and one for each store,
/// whose shares are estimated from how much more sums of past sales vary than independent series
/// would (moments; Nelsen, An Introduction to Copulas, 2006, for the family).

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "demand/daily_panel.h"
#include "demand/demand_forecast.h"

namespace shelfcast::demand {

/// How much series move together: correlations of their normal scores on one day.
struct SharedMoves {
    double in_chain = 0;  ///< Of any two series.
    double in_store = 0;  ///< What two series of one store have beside it.
};

/// From the known days of the eight weeks up to the cut-off.
[[nodiscard]] SharedMoves shared_moves(const DailyPanel& panel, std::int32_t cutoff);

/// One group of series per number.
struct Grouping {
    std::vector<std::uint32_t> group_of;  ///< By series of the forecast.
    std::size_t groups = 0;
};

struct LevelOptions {
    std::size_t samples = 200;
    std::uint32_t seed = 1;
    SharedMoves moves;
};

/// For each grouping the forecasts of its groups, laid out as one of series. `store_of`: by series.
[[nodiscard]] std::vector<DemandForecast> roll_up(const DemandForecast& forecast,
                                                  std::span<const std::uint32_t> store_of,
                                                  std::span<const Grouping> groupings,
                                                  const LevelOptions& options);

/// Variance that fits a day's quantiles: of the middle 80 % as if normal, and not less than that of
/// chance alone.
[[nodiscard]] double variance_of(std::span<const float> quantiles, double mean) noexcept;

}  // namespace shelfcast::demand
