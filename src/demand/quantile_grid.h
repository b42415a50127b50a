#pragma once

/// \file demand/quantile_grid.h
/// From the few quantiles that are forecast to those that a DemandForecast tells. Pure.

#include <array>
#include <span>

#include "demand/demand_forecast.h"
#include "demand/held_back.h"

namespace shelfcast::demand {

/// Interpolated on the scale of normal quantiles, on which the tails of demand are nearly straight;
/// beyond the outer heads their slope goes on. Ascending, 0 or more. `out`: kQuantileLevels.size().
void fill_quantiles(const std::array<double, kHeadLevels.size()>& heads, std::span<float> out);

}  // namespace shelfcast::demand
