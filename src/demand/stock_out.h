#pragma once

/// \file demand/stock_out.h
/// How likely stock runs out in the coming days, from what is there, what is on its way and what
/// people want. Plain values.

#include <cstddef>
#include <optional>
#include <span>

#include "demand/count_demand.h"

namespace shelfcast::demand {

/// Units that come in the course of a day; they can be sold from the next one on.
struct Delivery {
    std::size_t day = 0;  ///< 0: today.
    double units = 0;
};

struct StockOutRisk {
    double probability = 0;  ///< That nothing is left at some time in those days.
    /// After how many of the days, and which part of the next, stock ends if demand is as expected;
    /// nothing: not in these days.
    std::optional<double> days_left;
};

/// `days`: demand of today's rest and of each following day, independent of each other but for
/// `level_error`: the relative variance of the level they share, for it is an estimate. The answer
/// is the greatest chance over the ends of the days, a lower bound that is close where the last day
/// before a delivery is the dangerous one. It looks over the first `horizon` days; days_left over
/// all.
[[nodiscard]] StockOutRisk stock_out_risk(double on_hand, std::span<const CountDemand> days,
                                          std::span<const Delivery> deliveries, double level_error,
                                          std::size_t horizon);

}  // namespace shelfcast::demand
