#pragma once

/// \file replenishment/policies/what_if.h
/// What if stock were ordered for another service level, or demand were another? The last days of
/// many series are replayed under two policies, which meet the same demand: today's rule (order up
/// to so many days of recent mean sales, as the baseline of impact.h) and an order-up-to level for
/// a service level. Pure; any thread; the same answer for the same input.
///
/// Both levels of a morning come from the kMeanDays days before it alone, as running sums: nothing
/// is allocated per series, and a changed option costs two replays a series.
///   today's rule   mean * (cover_days + lead time)
///   what-if        mean * P + z * sqrt(P) * deviation, P = lead time + review period, z the normal
///                  quantile of the service level; the variance is at least the mean, as sales of
///                  few units say too little of their own
/// Source: Silver, Pyke, Thomas, Inventory and Production Management in Supply Chains, 4th ed.
/// (2017), ch. 6, (R,S). Where goods expire the second level is at most what sells, on average,
/// before an order of that morning is thrown away.
///
/// Both replays begin with the stock of today's rule and run up to kMostWarmUpDays days before they
/// are counted, so that each is counted with the stock it would have had.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "replenishment/policies/stock_replay.h"

namespace shelfcast::replenishment {

/// A day of which nothing is known: it asks for nothing, and no mean counts it.
inline constexpr std::int32_t kUnknownUnits = -1;
/// More on one day is a mistake in the data.
inline constexpr std::int32_t kMostUnitsADay = 10'000'000;
/// Days that levels look back.
inline constexpr std::size_t kMeanDays = 28;
inline constexpr std::size_t kMostWarmUpDays = 28;
/// So many days must lie before the ones that are counted.
inline constexpr std::size_t kLeastHistoryDays = 7;

/// Daily demand of many series on the same calendar days: of series s and day d at s * days + d.
struct DemandColumns {
    std::size_t series = 0;
    std::size_t days = 0;
    std::vector<std::int32_t> units;  ///< Whole units, up to kMostUnitsADay, or kUnknownUnits.
    std::vector<double> unit_price;   ///< Per series; money.
};

struct WhatIfOptions {
    std::size_t days = 28;        ///< The last ones are counted.
    double demand_percent = 100;  ///< Of every day, those that levels look back on too.
    double cover_days = 7;        ///< Today's rule.
    double service_percent = 95;  ///< Of order cycles without a stock-out; exclusive 0 to 100.
    std::size_t lead_time_days = 3;
    std::size_t review_period_days = 1;
    std::size_t shelf_life_days = 0;  ///< Day of arrival is the first; 0: keeps for ever.
    std::int64_t pack_units = 1;
    double margin_percent = 30;            ///< Of the price; the rest is what a unit costs.
    double holding_percent_per_year = 20;  ///< Of what a unit costs.
    double order_cost = 0;                 ///< Per order line; money.
    /// What the levels of all series may be worth at cost on a morning; money, 0: no limit. Where
    /// they are worth more the service level falls, for all alike, until they fit; what does not
    /// fit without any safety stock is cut in proportion. Only the what-if policy has a budget.
    double budget = 0;
};

struct PolicyOutcome {
    ReplayOutcome units;
    ReplayCost cost;
    std::size_t days = 0;

    [[nodiscard]] double average_stock_units() const noexcept {
        return static_cast<double>(units.stock_unit_days) / static_cast<double>(days);
    }
    /// Average stock in days of demand; 0 without demand.
    [[nodiscard]] double days_of_cover() const noexcept {
        return units.demand_units == 0 ? 0
                                       : static_cast<double>(units.stock_unit_days) /
                                             static_cast<double>(units.demand_units);
    }
};

struct WhatIfAnswer {
    PolicyOutcome today;
    PolicyOutcome what_if;
    std::size_t warm_up_days = 0;
    std::size_t cut_mornings = 0;  ///< Counted review mornings on which the budget was too small.
};

/// Error: kInvalidInput naming the option and its value.
[[nodiscard]] Status check_options(const WhatIfOptions& options);

/// Errors: those of check_options; kInvalidInput saying how many days there are and must be.
[[nodiscard]] Result<WhatIfAnswer> what_if(const DemandColumns& demand,
                                           const WhatIfOptions& options);

}  // namespace shelfcast::replenishment
