#pragma once

/// \file demand/moving_averages.h
/// The plainest forecasts of one series, from its last days. Pure.
///
/// `history` is in order of days, unknown days are kUnknown and are left out of every mean. Each
/// function returns `horizon_days` means; where no day that it looks at is known, the mean of the
/// known days before them, and 0 when there are none.

#include <cstddef>
#include <span>
#include <vector>

namespace shelfcast::demand {

/// The last value of the same place in the season ("same weekday last week" for 7).
[[nodiscard]] std::vector<double> seasonal_naive(std::span<const float> history,
                                                 std::size_t season_days, std::size_t horizon_days);

/// The mean of the last `window_days`.
[[nodiscard]] std::vector<double> moving_average(std::span<const float> history,
                                                 std::size_t window_days, std::size_t horizon_days);

/// The mean of the same place in each of the last `seasons` seasons.
[[nodiscard]] std::vector<double> seasonal_moving_average(std::span<const float> history,
                                                          std::size_t season_days,
                                                          std::size_t seasons,
                                                          std::size_t horizon_days);

}  // namespace shelfcast::demand
