#pragma once

/// \file pipelines/policy/demand_columns.h
/// From a panel to the columns that a what-if replays: whole units, days with empty shelves brought
/// up to what they would have sold (demand_history.h), a price per series. Plain values.

#include <cstdint>
#include <span>

#include "base/result.h"
#include "demand/daily_panel.h"
#include "replenishment/policies/what_if.h"

namespace shelfcast::policy {

struct ColumnsOptions {
    double units_per_panel_unit = 1;
    std::size_t replayed_days = 28;  ///< How selling spreads over hours is learned before these.
    double price_if_none = 1;        ///< Of a panel unit, where the panel has no price.
};

struct PanelColumns {
    replenishment::DemandColumns demand;
    std::int32_t last_date = 0;       ///< Days since 1970-01-01.
    std::size_t raised_days = 0;      ///< Days without stock for a time, taken for more than sold.
    std::size_t broken_days = 0;      ///< Days with a part of a unit, rounded.
    std::size_t unpriced_series = 0;  ///< Series at price_if_none.
};

/// Rows in the order of `series`, which is not empty; a price is the mean of those above 0. Nothing
/// is cut: what was sold was asked for. Error: kInvalidInput naming series, date and units (more
/// than kMostUnitsADay on a day).
[[nodiscard]] Result<PanelColumns> demand_columns(const demand::DailyPanel& panel,
                                                  std::span<const std::size_t> series,
                                                  const ColumnsOptions& options);

}  // namespace shelfcast::policy
