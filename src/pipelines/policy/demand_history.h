#pragma once

/// \file pipelines/policy/demand_history.h
/// What a replay takes as demand: whole units, days with empty shelves brought up to what they
/// would have sold, and wild days cut. Nothing of a day uses what came after it but the hour
/// profile and the cut, which are from the days up to a date. Plain values.

#include <cstdint>
#include <span>

#include "demand/daily_panel.h"
#include "demand/weekday_level.h"

namespace shelfcast::policy {

struct HistoryOptions {
    double units_per_panel_unit = 1;
    std::int32_t learn_until = 0;  ///< Profile and cut are from the days up to this date.
    /// A day that saw less than this share of its usual sales says nothing by itself.
    double least_visible = 0.30;
    double cut_quantile = 0.99;  ///< Of days with sales; what is above is taken for arranged.
    double least_cut_units = 12;
};

/// Rows in the order of `series`; days from the panel's first date to its last.
[[nodiscard]] demand::DayMatrix demand_history(const demand::DailyPanel& panel,
                                               std::span<const std::size_t> series,
                                               const HistoryOptions& options);

}  // namespace shelfcast::policy
