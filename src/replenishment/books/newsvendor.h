#pragma once

/// \file replenishment/books/newsvendor.h
/// One order for one selling day: how much, when a unit left over and a unit short cost different
/// sums. Pure.
///
/// Source: Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed. (2019), section 4.3; with
/// a lead time, the base-stock level of section 4.3.4, whose net stock at the end of a day is the
/// level less the demand of lead time + 1 days.

#include <cstdint>
#include <span>

#include "base/result.h"
#include "replenishment/books/continuous_demand.h"
#include "replenishment/books/unit_demand.h"

namespace shelfcast::replenishment {

/// Money. Above 0 each.
struct DailyStockCosts {
    double holding_per_unit = 0;   ///< For a unit left at the end of a day.
    double stockout_per_unit = 0;  ///< For a unit that is missing then.
};

struct NewsvendorLevel {
    double order_up_to_units = 0;
    double critical_ratio = 0;
    double cycle_service_level = 0;  ///< P(D <= order_up_to_units).
    double safety_stock_units = 0;   ///< The level less the mean demand of its days.
    double expected_cost_per_day = 0;
    double expected_units_short = 0;  ///< At the end of a day.
    double expected_fill_rate = 0;    ///< Share of a day's demand met from stock.
};

/// The level for demand of the given shape, and mean and deviation a day. Days are independent;
/// demand of more than one day keeps a normal or gamma shape. Error: kInvalidInput for a lead time
/// with another shape.
[[nodiscard]] Result<NewsvendorLevel> newsvendor(const ContinuousDemand& demand_per_day,
                                                 double lead_time_days,
                                                 const DailyStockCosts& costs);

/// The same for whole units: the least level with P(D <= level) >= the critical ratio.
[[nodiscard]] Result<NewsvendorLevel> newsvendor(const UnitDemandRate& rate, double lead_time_days,
                                                 const DailyStockCosts& costs);

/// The same when each observed day (0 or more units) is as likely: the least observed value that
/// is enough, no interpolation. Error: kInvalidInput for no day, or no demand on any.
[[nodiscard]] Result<NewsvendorLevel> newsvendor(std::span<const double> demand_history_units,
                                                 const DailyStockCosts& costs);

}  // namespace shelfcast::replenishment
